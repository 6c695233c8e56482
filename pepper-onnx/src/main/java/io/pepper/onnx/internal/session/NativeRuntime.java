package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtEnvironment;
import io.pepper.internal.text.NativeLibraries;
import io.pepper.model.RuntimeUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The only place that loads ONNX Runtime. If its native library does not load, Java throws a different kind of error
 * each time. This class keeps the first one and throws it as an exception.
 */
public final class NativeRuntime {
    private static @Nullable String failure;

    private NativeRuntime() {}

    /**
     * Loads ONNX Runtime on the first call.
     *
     * @return its environment, the only one of this process
     * @throws RuntimeUnavailableException if its native library does not load
     */
    public static synchronized OrtEnvironment environment() throws RuntimeUnavailableException {
        if (failure != null) {
            throw new RuntimeUnavailableException(failure);
        }
        try {
            return OrtEnvironment.getEnvironment();
        } catch (LinkageError | RuntimeException first) {
            failure = NativeLibraries.reason(first, " or, where the library is, -Donnxruntime.native.path=DIR");
            RuntimeUnavailableException repeated = new RuntimeUnavailableException(failure);
            repeated.initCause(first);
            throw repeated;
        }
    }
}
