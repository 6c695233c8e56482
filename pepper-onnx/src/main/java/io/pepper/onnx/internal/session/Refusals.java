package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reasons for which ONNX Runtime does not open a model, in words of ONNX. Its own messages begin with a place in its
 * C++ source. Stateless and therefore thread-safe.
 */
public final class Refusals {
    private static final Pattern OPERATOR_SET = Pattern.compile(
            "Opset (\\d+) is under development.*official support for domain (\\S+) is till opset (\\d+)",
            Pattern.DOTALL);
    private static final Pattern IR_VERSION =
            Pattern.compile("Unsupported model IR version: (\\d+), max supported IR version: (\\d+)");
    private static final String OPTIONAL = "Invalid ONNXType found";
    private static final Pattern SOURCE_PLACE = Pattern.compile("/onnxruntime_src/\\S+:\\d+ ");

    private Refusals() {}

    /**
     * Returns the reason for which a model was not opened.
     *
     * @param refused the exception of ONNX Runtime
     * @return the reason on one line, without a place in C++ source; for an operator set or an IR version that is too
     *     new, the version of the model, the newest that is supported, and the remedy
     */
    public static String reason(OrtException refused) {
        return reason(String.valueOf(refused.getMessage()));
    }

    static String reason(String message) {
        Matcher set = OPERATOR_SET.matcher(message);
        if (set.find()) {
            return "the model uses version " + set.group(1) + " of the operator set " + set.group(2)
                    + ", and this ONNX Runtime supports versions up to " + set.group(3)
                    + "; export or convert the model to version " + set.group(3) + ", or use a newer ONNX Runtime";
        }
        Matcher ir = IR_VERSION.matcher(message);
        if (ir.find()) {
            return "the model has IR version " + ir.group(1) + ", and this ONNX Runtime supports IR versions up to "
                    + ir.group(2) + "; save the model with IR version " + ir.group(2) + ", or use a newer ONNX Runtime";
        }
        if (message.contains(OPTIONAL)) {
            return "its Java interface does not tell the types of a model with optional values between operators";
        }
        Matcher place = SOURCE_PLACE.matcher(message);
        String text =
                place.find() ? message.substring(0, place.start()) + afterSignature(message, place.end()) : message;
        return text.strip();
    }

    /** Returns the text behind the signature of a C++ function; the text from its start if it has no end. */
    private static String afterSignature(String message, int start) {
        int depth = 0;
        for (int i = start; i < message.length(); i++) {
            char c = message.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            boolean closed = c == ')' && depth == 0;
            if (closed && i + 1 < message.length() && message.charAt(i + 1) == ' ') {
                String rest = message.substring(i + 2);
                return rest.startsWith("const ") ? rest.substring("const ".length()) : rest;
            }
        }
        return message.substring(start);
    }
}
