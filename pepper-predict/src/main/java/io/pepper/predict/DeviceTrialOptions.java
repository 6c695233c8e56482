package io.pepper.predict;

/**
 * The options of {@link DeviceTrials}. Immutable and therefore thread-safe.
 *
 * @param tries number of tries, at least 1
 * @param devices number of devices that each try draws, at least 2; {@link #ALL} for all that measured the drawn piece
 * @param seed seed of all draws
 */
public record DeviceTrialOptions(int tries, int devices, long seed) {
    /** All devices that measured the drawn piece. */
    public static final int ALL = Integer.MAX_VALUE;

    /** A hundred tries between all devices, as in the original. */
    public static final DeviceTrialOptions DEFAULTS = new DeviceTrialOptions(100, ALL, 42);

    private static final int MAX_TRIES = 1_000_000;

    /**
     * Checks the ranges.
     *
     * @param tries number of tries, 1 to 1,000,000
     * @param devices number of devices that each try draws, at least 2
     * @param seed seed of all draws
     * @throws IllegalArgumentException if a number is out of its range
     */
    public DeviceTrialOptions {
        if (tries < 1 || tries > MAX_TRIES || devices < 2) {
            throw new IllegalArgumentException("tries " + tries + " is not between 1 and " + MAX_TRIES + ", or devices "
                    + devices + " is less than 2");
        }
    }

    /**
     * Sets the number of tries.
     *
     * @param count 1 to 1,000,000
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is out of its range
     */
    public DeviceTrialOptions withTries(int count) {
        return new DeviceTrialOptions(count, devices, seed);
    }

    /**
     * Sets the number of devices that each try draws.
     *
     * @param count at least 2; {@link #ALL} for all that measured the drawn piece
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is less than 2
     */
    public DeviceTrialOptions withDevices(int count) {
        return new DeviceTrialOptions(tries, count, seed);
    }

    /**
     * Sets the seed.
     *
     * @param value any number
     * @return a copy with this seed
     */
    public DeviceTrialOptions withSeed(long value) {
        return new DeviceTrialOptions(tries, devices, value);
    }
}
