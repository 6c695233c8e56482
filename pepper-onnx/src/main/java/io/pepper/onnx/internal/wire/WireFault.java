package io.pepper.onnx.internal.wire;

/** Malformed bytes, found by someone who does not know where in the model they are; {@link WireWalk} does. */
final class WireFault extends Exception {

    private static final long serialVersionUID = 1L;

    WireFault(String what) {
        super(what, null, false, false);
    }

    /** What was found. */
    String what() {
        return String.valueOf(getMessage());
    }
}
