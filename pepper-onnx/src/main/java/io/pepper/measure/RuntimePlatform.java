package io.pepper.measure;

import io.pepper.cluster.Platform;
import io.pepper.onnx.internal.session.NativeRuntime;
import io.pepper.onnx.internal.session.Sessions;
import java.io.IOException;

/** The platform on which this process runs models: its instruction set, and ONNX Runtime with an execution provider. */
public final class RuntimePlatform {
    /** The name of ONNX Runtime in platforms. */
    public static final String RUNTIME = "ONNX Runtime";

    private RuntimePlatform() {}

    /**
     * Returns the platform of this process. The kind of hardware is unknown.
     *
     * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}, in any spelling
     * @return the instruction set of this Java, ONNX Runtime's version and the provider
     * @throws io.pepper.model.RuntimeUnavailableException if ONNX Runtime does not load on this machine
     * @throws IllegalArgumentException if there is no such provider, or if ONNX Runtime refuses it; the message has its
     *     reason
     * @throws IOException if ONNX Runtime fails
     */
    public static Platform here(String provider) throws IOException {
        String known = Sessions.provider(provider);
        return Platform.UNKNOWN
                .withInstructionSet(System.getProperty("os.arch", ""))
                .withRuntime(RUNTIME, NativeRuntime.environment().getVersion())
                .withProvider(known);
    }
}
