package io.pepper.onnx.internal.isolate;

import io.pepper.model.IsolatedRunException.Reason;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of a process that ended by itself.
 *
 * @param reason crash or lack of memory
 * @param how the end in words, for instance {@code ended with signal 11 (SIGSEGV)}
 * @param words its last output, if that says more
 */
record ProcessEnd(Reason reason, String how, String words) {
    /** The virtual machine reports the signal that it received, and then ends with another one. */
    private static final Pattern FATAL = Pattern.compile("#\\s+((?:SIG|EXCEPTION_)[A-Z_]+) \\(0x([0-9a-f]{1,8})\\)");

    private static final Pattern FRAME = Pattern.compile("# Problematic frame:\\R#\\s*([^\r\n]{1,200})");

    /** The exit code of the virtual machine for a full heap, which its options set. */
    private static final int HEAP_IS_FULL = 3;

    /** The offset of the exit codes of processes that a signal ended. */
    private static final int SIGNALLED = 128;

    private static final Map<Integer, String> SIGNALS = Map.of(
            4, "SIGILL", 6, "SIGABRT", 7, "SIGBUS", 8, "SIGFPE", 9, "SIGKILL", 10, "SIGBUS", 11, "SIGSEGV", 15,
            "SIGTERM");

    /** Returns how a process ended, from its exit code and its error stream. */
    static ProcessEnd of(int code, String words) {
        Matcher fatal = FATAL.matcher(words);
        if (fatal.find()) {
            long number = Long.parseLong(fatal.group(2), 16);
            Matcher frame = FRAME.matcher(words);
            String where = frame.find() ? " in " + frame.group(1).strip() : "";
            return new ProcessEnd(
                    Reason.CRASHED, "ended with signal " + number + " (" + fatal.group(1) + ")" + where, "");
        }
        if (code == HEAP_IS_FULL && words.contains("OutOfMemoryError")) {
            return new ProcessEnd(
                    Reason.MEMORY, "needs more than the Java heap may have, half of the limit of memory", "");
        }
        String how = code > SIGNALLED
                ? "ended with signal " + (code - SIGNALLED) + name(code - SIGNALLED)
                : "ended with exit code " + code;
        String last = ErrorOutput.inShort(words);
        if (isRefusedMemory(words)) {
            return new ProcessEnd(Reason.MEMORY, how + " for want of memory", last);
        }
        boolean killed = code == SIGNALLED + 9;
        return new ProcessEnd(
                Reason.CRASHED, how + (killed ? ", from outside: the system may be short of memory" : ""), last);
    }

    private static String name(int signal) {
        String name = SIGNALS.get(signal);
        return name == null ? "" : " (" + name + ")";
    }

    /** Returns whether a text of ONNX Runtime or of the virtual machine reports that the system refused memory. */
    static boolean isRefusedMemory(String words) {
        return words.contains("bad_alloc")
                || words.contains("bad allocation")
                || words.contains("Failed to allocate memory")
                || words.contains("insufficient memory for the Java Runtime");
    }
}
