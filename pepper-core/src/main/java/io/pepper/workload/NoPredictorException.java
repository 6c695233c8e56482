package io.pepper.workload;

import io.pepper.cluster.Device;

/**
 * A device for which {@link DevicePredictors} have no predictor, or only one that learned the times of other devices.
 */
public final class NoPredictorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The name under which a predictor would be used. */
    private final String name;

    /** True if a predictor of other devices exists. */
    private final boolean otherDevice;

    NoPredictorException(String message, String name, boolean otherDevice) {
        super(message);
        this.name = name;
        this.otherDevice = otherDevice;
    }

    /**
     * Returns the name under which a predictor is missing.
     *
     * @return the name that the device {@linkplain Device#predictor() states}, or its own
     */
    public String name() {
        return name;
    }

    /**
     * Returns whether there is a predictor that learned the times of other devices.
     *
     * @return true if {@link DevicePredictors#withOtherDevices} allows its use
     */
    public boolean isOtherDevice() {
        return otherDevice;
    }
}
