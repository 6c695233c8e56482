package io.pepper.examples.cli;

import io.pepper.internal.text.FileErrors;
import io.pepper.model.UnknownSizeException;
import io.pepper.model.UnsupportedModelException;
import io.pepper.predict.TrainingUnavailableException;
import io.pepper.workload.NoPredictorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The messages for failed commands. {@code -Dpepper.debug=true} adds the stack trace. */
final class Failures {
    private static final String SIZES =
            "  on the command line: --dim NAME=N for a named dimension, --shape INPUT=1x3x224x224 for an input";
    private static final long MIB = 1 << 20;

    private Failures() {}

    /** Prints the reason and returns the exit code. */
    static int refuse(Throwable failure, PrintWriter err) {
        Optional<Error> error = error(failure);
        boolean expected = failure instanceof IOException
                || failure instanceof IllegalArgumentException
                || failure instanceof TrainingUnavailableException;
        if (error.isPresent() && !expected) {
            err.println("pepper: " + explain(error.get()));
        } else if (expected) {
            err.println("pepper: " + explain(failure));
            hint(failure).ifPresent(err::println);
        } else {
            err.println("pepper: this is a bug; please report it:");
        }
        if (Boolean.getBoolean("pepper.debug") || (error.isEmpty() && !expected)) {
            failure.printStackTrace(err);
        }
        return Main.REFUSED;
    }

    /** Returns the error that caused a failure. */
    private static Optional<Error> error(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (cause instanceof Error error) {
                return Optional.of(error);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static String explain(Error error) {
        if (error instanceof OutOfMemoryError) {
            return "there is not enough memory (" + error.getMessage() + "): the process may use "
                    + Runtime.getRuntime().maxMemory() / MIB + " MiB; java -Xmx4g allows more";
        }
        if (error instanceof StackOverflowError) {
            return "the stack of the thread is too small; java -Xss8m allows more";
        }
        if (error instanceof LinkageError) {
            Throwable reason = error.getCause() == null ? error : error.getCause();
            return "a library cannot be loaded on this machine: " + reason;
        }
        return "this is a bug; please report it: " + error;
    }

    private static String explain(Throwable failure) {
        if (failure instanceof FileAlreadyExistsException existing && existing.getReason() != null) {
            return existing.getFile() + ": exists and " + existing.getReason();
        }
        if (failure instanceof InvalidPathException name) {
            return name.getInput() + ": " + FileErrors.reason(name);
        }
        if (failure instanceof FileSystemException file) {
            return file.getFile() + ": " + FileErrors.reason(file);
        }
        return String.valueOf(failure.getMessage());
    }

    /** Returns a second line with advice on what to type. */
    private static Optional<String> hint(Throwable failure) {
        if (failure instanceof UnknownSizeException unknown) {
            return hint(unknown.openDimensions());
        }
        if (failure instanceof NoPredictorException missing) {
            return Optional.of(hint(missing));
        }
        if (failure.getCause() instanceof NoPredictorException missing) {
            return Optional.of(hint(missing));
        }
        boolean sizesMissing = failure instanceof UnsupportedModelException
                && String.valueOf(failure.getMessage()).contains("give the size of");
        return sizesMissing ? Optional.of(SIZES) : Optional.empty();
    }

    private static String hint(NoPredictorException missing) {
        return "  on the command line: --predictor " + missing.name() + "=FILE"
                + (missing.isOtherDevice() ? ", or --allow-other-device" : "");
    }

    /** Returns the options for sizes that are open. */
    static Optional<String> hint(List<String> open) {
        String options = open.stream()
                .map(name -> name.endsWith("]")
                        ? "--shape " + name.substring(0, name.lastIndexOf('[')) + "=1x…"
                        : "--dim " + name + "=1")
                .distinct()
                .collect(Collectors.joining(" "));
        return open.isEmpty() ? Optional.empty() : Optional.of("  on the command line, for instance: " + options);
    }
}
