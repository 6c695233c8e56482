package io.pepper.predict;

/**
 * Thrown when no predictor can be trained because XGBoost's native library does not load in this process. The message
 * states the reason. Loading and using trained predictors needs Java code alone.
 */
public final class TrainingUnavailableException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param why the system's message and advice
     */
    public TrainingUnavailableException(String why) {
        super("XGBoost does not load here: " + why);
    }
}
