package io.pepper.onnx.internal.isolate;

import io.pepper.model.Isolation;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The command that starts a child process: a virtual machine with a fast start, within limits of the operating system.
 */
final class ChildCommand {
    /** Environment variables that change a virtual machine, and make it print messages about them. */
    static final Set<String> JVM_VARIABLES = Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String SHELL = "/bin/sh";

    /**
     * The file to which the child answers, so that output of native code and of the virtual machine goes to the error
     * stream.
     */
    private static final String CHANNEL = "/dev/fd/3";

    /** Memory that a virtual machine may reserve beyond what it holds. */
    private static final long RESERVED_BYTES = 512L << 20;

    private static final int NATIVE_ACCESS_SINCE = 22;

    private ChildCommand() {}

    /**
     * Returns the command.
     *
     * @param isolation the limits
     * @param scratch a directory for all files that the child writes
     * @param service the name of the service's class
     * @throws IOException if there is no virtual machine to start, or no class path for it
     */
    static List<String> of(Isolation isolation, Path scratch, String service) throws IOException {
        List<String> command = new ArrayList<>();
        boolean shell = Files.isExecutable(Path.of(SHELL));
        if (shell) {
            command.addAll(List.of(SHELL, "-c", limits(isolation) + "exec \"$@\" 3>&1 1>&2", "sh"));
        }
        command.add(java(isolation).toString());
        command.addAll(List.of(
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + scratch.resolve("crash.log"),
                "-Djava.io.tmpdir=" + scratch,
                "-Dslf4j.internal.verbosity=ERROR",
                "-Xmx" + isolation.memoryBytes() / 2));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        NativeFiles.directory().ifPresent(natives -> command.add("-D" + NativeFiles.PROPERTY + "=" + natives));
        command.addAll(isolation.jvmOptions());
        command.addAll(main(isolation));
        command.add(service);
        if (shell) {
            command.add(CHANNEL);
        }
        return command;
    }

    /**
     * Returns shell commands for limits that not every system has: no core file, and a limit on what Linux counts as
     * data, which is the writable private memory of a process. With it, one huge allocation fails at once.
     */
    private static String limits(Isolation isolation) {
        long kilobytes = (isolation.memoryBytes() + isolation.memoryBytes() / 2 + RESERVED_BYTES) >> 10;
        return "ulimit -c 0 2>/dev/null; ulimit -d " + kilobytes + " 2>/dev/null; ";
    }

    private static Path java(Isolation isolation) throws IOException {
        String home = System.getProperty("java.home", "");
        String file = File.separatorChar == '\\' ? "java.exe" : "java";
        Path java = isolation.java().orElse(Path.of(home, "bin", file));
        if (!Files.isExecutable(java)) {
            throw new IOException("an isolated run needs a java command, which is missing at " + java
                    + ": name one with Isolation.withJava");
        }
        return java.toAbsolutePath();
    }

    private static List<String> main(Isolation isolation) throws IOException {
        List<Path> given = isolation.classPath();
        if (!given.isEmpty()) {
            return List.of("-cp", joined(given), IsolatedMain.class.getName());
        }
        Locations found = Locations.find();
        if (!found.inImage()) {
            return List.of("-cp", joined(found.files()), IsolatedMain.class.getName());
        }
        List<String> main = new ArrayList<>();
        if (!found.files().isEmpty()) {
            main.addAll(List.of("--module-path", joined(found.files())));
        }
        String module = IsolatedMain.class.getModule().getName();
        main.addAll(List.of("-m", module + "/" + IsolatedMain.class.getName()));
        return main;
    }

    private static String joined(List<Path> files) throws IOException {
        for (Path file : files) {
            if (file.toString().contains(File.pathSeparator)) {
                throw new IOException("an isolated run cannot have " + file + " on its class path: its name has a '"
                        + File.pathSeparator + "'; name another copy with Isolation.withClassPath");
            }
        }
        return files.stream()
                .map(file -> file.toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
