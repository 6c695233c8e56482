package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxValue;

/** A value with the number of its users: it is closed after the last one. Thread-safe. */
final class HeldValue {
    private final OnnxValue value;
    private final Runnable after;
    private int users = 1;

    /**
     * Creates a holder with one user.
     *
     * @param value the value
     * @param after what follows the closing
     */
    HeldValue(OnnxValue value, Runnable after) {
        this.value = value;
        this.after = after;
    }

    OnnxValue value() {
        return value;
    }

    /** Adds a user, while there is another one. */
    synchronized HeldValue retain() {
        if (users < 1) {
            throw new IllegalStateException("the value has no user any more");
        }
        users++;
        return this;
    }

    /** Ends the use by one user. */
    void release() {
        synchronized (this) {
            users--;
            if (users != 0) {
                return;
            }
        }
        if (!value.isClosed()) {
            value.close();
        }
        after.run();
    }
}
