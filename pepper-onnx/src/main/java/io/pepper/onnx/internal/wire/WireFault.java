package io.pepper.onnx.internal.wire;

/** Thrown for malformed bytes by code that does not know their place in the model; {@link WireWalk} adds it. */
final class WireFault extends Exception {

    private static final long serialVersionUID = 1L;

    WireFault(String what) {
        super(what, null, false, false);
    }

    /** Returns the fault. */
    String what() {
        return String.valueOf(getMessage());
    }
}
