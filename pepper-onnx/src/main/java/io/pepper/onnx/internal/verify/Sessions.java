package io.pepper.onnx.internal.verify;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.pepper.onnx.OptimizationLevel;
import io.pepper.onnx.VerificationOptions;
import java.io.IOException;

/** Opens sessions that compute the same thing every time: sequential, with a fixed number of threads, not spinning. */
final class Sessions {
    private Sessions() {}

    static OrtSession open(ModelSource source, VerificationOptions options) throws IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (SessionOptions settings = settings(options)) {
            return source.path().isPresent()
                    ? environment.createSession(source.path().get().toString(), settings)
                    : environment.createSession(source.bytes(), settings);
        } catch (OrtException e) {
            throw new IOException(source.name() + ": ONNX Runtime cannot load it: " + e.getMessage(), e);
        }
    }

    private static SessionOptions settings(VerificationOptions options) throws OrtException {
        var settings = new SessionOptions();
        try {
            settings.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            settings.setIntraOpNumThreads(options.intraOpThreads());
            settings.setInterOpNumThreads(1);
            settings.setOptimizationLevel(level(options.optimization()));
            settings.addConfigEntry("session.intra_op.allow_spinning", "0");
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
}
