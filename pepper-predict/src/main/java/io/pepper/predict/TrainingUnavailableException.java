package io.pepper.predict;

/**
 * XGBoost's native library does not load in this process, so that no predictor can be trained; the message says why. Trained predictors
 * are read and asked by Java code alone.
 */
public final class TrainingUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param why what the system said, and what to do
     */
    public TrainingUnavailableException(String why) {
        super("XGBoost does not load here: " + why);
    }
}
