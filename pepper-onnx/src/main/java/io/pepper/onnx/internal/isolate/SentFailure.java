package io.pepper.onnx.internal.isolate;

import io.pepper.document.SafeText;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ModelException;
import io.pepper.model.RuntimeUnavailableException;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.session.CannotRunException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * An exception of the child that is thrown again in the parent.
 *
 * @param kind the kind of exception
 * @param source the source of a {@link ModelException} or {@link FileSystemException}; empty for others
 * @param where the position of a {@link ModelException}; empty for others
 * @param what its message, or the last part of it
 */
record SentFailure(Kind kind, String source, String where, String what) {
    /** The exceptions that work throws deliberately. */
    enum Kind {
        MALFORMED,
        UNSUPPORTED,
        CANNOT_RUN,
        NO_FILE,
        FILE,
        IO,
        ARGUMENT,
        FAULT
    }

    static SentFailure of(Exception failure) {
        if (failure instanceof ModelException model && !(failure instanceof RuntimeUnavailableException)) {
            Kind kind = failure instanceof MalformedModelException ? Kind.MALFORMED : Kind.UNSUPPORTED;
            return new SentFailure(kind, model.source(), model.where(), model.what());
        }
        if (failure instanceof CannotRunException || failure instanceof IllegalArgumentException) {
            Kind kind = failure instanceof CannotRunException ? Kind.CANNOT_RUN : Kind.ARGUMENT;
            return new SentFailure(kind, "", "", String.valueOf(failure.getMessage()));
        }
        if (failure instanceof FileSystemException file) {
            Kind kind = failure instanceof NoSuchFileException ? Kind.NO_FILE : Kind.FILE;
            return new SentFailure(kind, String.valueOf(file.getFile()), "", String.valueOf(file.getReason()));
        }
        return failure instanceof IOException
                ? new SentFailure(Kind.IO, "", "", String.valueOf(failure.getMessage()))
                : new SentFailure(Kind.FAULT, "", "", failure.toString());
    }

    /** Throws the exception again. */
    IOException thrown() throws IOException {
        String text = SafeText.of(what);
        switch (kind) {
            case MALFORMED -> throw new MalformedModelException(source, where, what);
            case UNSUPPORTED -> throw new UnsupportedModelException(source, where, what);
            case CANNOT_RUN -> throw new CannotRunException(text);
            case NO_FILE -> throw new NoSuchFileException(SafeText.of(source));
            case FILE -> throw new FileSystemException(SafeText.of(source), null, text);
            case IO -> throw new IOException(text);
            case ARGUMENT -> throw new IllegalArgumentException(text);
            case FAULT -> throw new IllegalStateException("in the isolated process: " + text);
        }
        throw new IllegalStateException(kind.toString());
    }
}
