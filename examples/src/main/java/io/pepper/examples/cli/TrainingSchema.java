package io.pepper.examples.cli;

import io.pepper.predict.TrainingOptions;

/** The names of features on the command line, with their training options. */
enum TrainingSchema {
    EXTENDED,
    PAPER;

    TrainingOptions options() {
        return this == PAPER ? TrainingOptions.PAPER : TrainingOptions.EXTENDED;
    }
}
