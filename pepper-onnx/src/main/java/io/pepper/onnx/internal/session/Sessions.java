package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import io.pepper.onnx.OptimizationLevel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Locale;

/** Opens sessions that compute the same thing every time: sequential, with a fixed number of threads. */
public final class Sessions {
    private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    /** Where ONNX Runtime looks for the data files of a model that it is given as bytes. */
    private static final String DATA_DIRECTORY = "session.model_external_initializers_file_folder_path";

    private Sessions() {}

    /**
     * Opens a session.
     *
     * @param source the model
     * @param wanted how to open it
     * @return the session, for the caller to close
     * @throws IOException if ONNX Runtime refuses the model
     * @throws IllegalArgumentException if there is no such execution provider here
     */
    public static OrtSession open(ModelSource source, SessionSettings wanted) throws IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (SessionOptions settings = settings(wanted)) {
            if (source.directory().isPresent()) {
                settings.addConfigEntry(DATA_DIRECTORY, source.directory().get().toString());
            }
            return source.path().isPresent()
                    ? environment.createSession(source.path().get().toString(), settings)
                    : environment.createSession(source.bytes(), settings);
        } catch (OrtException e) {
            throw new IOException(source.name() + ": ONNX Runtime cannot load it: " + e.getMessage(), e);
        }
    }

    private static SessionOptions settings(SessionSettings wanted) throws OrtException {
        var settings = new SessionOptions();
        try {
            settings.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            settings.setIntraOpNumThreads(wanted.intraOpThreads());
            settings.setInterOpNumThreads(1);
            settings.setOptimizationLevel(level(wanted.optimization()));
            settings.addConfigEntry("session.intra_op.allow_spinning", wanted.spinning() ? "1" : "0");
            Providers.add(settings, wanted.provider());
            if (wanted.profile().isPresent()) {
                settings.enableProfiling(wanted.profile().get().toString());
            }
            settings.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            return settings;
        } catch (OrtException | RuntimeException e) {
            settings.close();
            throw e;
        }
    }

    private static OptLevel level(OptimizationLevel level) {
        return switch (level) {
            case NONE -> OptLevel.NO_OPT;
            case BASIC -> OptLevel.BASIC_OPT;
            case EXTENDED -> OptLevel.EXTENDED_OPT;
            case ALL -> OptLevel.ALL_OPT;
        };
    }

    /**
     * An element type as ONNX writes it.
     *
     * @param info what ONNX Runtime says of a tensor
     * @return for instance {@code float16}
     */
    public static String elementType(TensorInfo info) {
        return info.onnxType.name().substring(TYPE_PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    /**
     * Stops work that was interrupted.
     *
     * @throws InterruptedIOException if this thread is interrupted
     */
    public static void checkInterrupt() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the run was interrupted");
        }
    }
}
