package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Execution providers by name. */
final class Providers {
    /** Adds a provider to a session. */
    @FunctionalInterface
    private interface Addition {
        void to(SessionOptions settings) throws OrtException;
    }

    private static final Map<OrtProvider, Addition> ADDITIONS = Map.ofEntries(
            Map.entry(OrtProvider.CPU, settings -> {}),
            Map.entry(OrtProvider.CUDA, SessionOptions::addCUDA),
            Map.entry(OrtProvider.TENSOR_RT, settings -> settings.addTensorrt(0)),
            Map.entry(OrtProvider.ROCM, SessionOptions::addROCM),
            Map.entry(OrtProvider.DIRECT_ML, settings -> settings.addDirectML(0)),
            Map.entry(OrtProvider.CORE_ML, settings -> settings.addCoreML(Map.of())),
            Map.entry(OrtProvider.NNAPI, SessionOptions::addNnapi),
            Map.entry(OrtProvider.DNNL, settings -> settings.addDnnl(true)),
            Map.entry(OrtProvider.OPEN_VINO, settings -> settings.addOpenVINO("")),
            Map.entry(OrtProvider.XNNPACK, settings -> settings.addXnnpack(Map.of())),
            Map.entry(OrtProvider.ACL, settings -> settings.addACL(true)),
            Map.entry(OrtProvider.QNN, settings -> settings.addQnn(Map.of())),
            Map.entry(OrtProvider.WEBGPU, settings -> settings.addWebGPU(Map.of())));

    private Providers() {}

    /**
     * Returns the provider that a name means.
     *
     * @throws IllegalArgumentException if the library knows no such provider; the message lists all
     */
    static OrtProvider named(String name) {
        Set<String> names = new TreeSet<>();
        for (OrtProvider provider : ADDITIONS.keySet()) {
            if (isNamed(provider, name)) {
                return provider;
            }
            names.add(provider.name());
        }
        throw new IllegalArgumentException("there is no execution provider '" + name + "'; the names are "
                + String.join(", ", names) + ", and this ONNX Runtime has " + available());
    }

    /** Returns the names of the providers that this ONNX Runtime was built with. */
    private static String available() {
        Set<String> names = new TreeSet<>();
        OrtEnvironment.getAvailableProviders().forEach(provider -> names.add(provider.name()));
        return String.join(", ", names);
    }

    /**
     * Adds a provider to a session. A provider that is missing, or does not start, never leaves the session to the
     * processor.
     *
     * @throws IllegalArgumentException if the library knows no such provider, or if ONNX Runtime refuses it; the message
     *     has ONNX Runtime's own
     */
    static void add(SessionOptions settings, String name) {
        OrtProvider provider = named(name);
        try {
            Objects.requireNonNull(ADDITIONS.get(provider)).to(settings);
        } catch (OrtException refused) {
            throw new IllegalArgumentException(
                    "execution provider " + provider.name() + ": ONNX Runtime refuses it: "
                            + String.valueOf(refused.getMessage()).strip() + " (this ONNX Runtime has " + available()
                            + ")",
                    refused);
        }
        if (!OrtEnvironment.getAvailableProviders().contains(provider)) {
            throw new IllegalArgumentException("execution provider " + provider.name()
                    + ": this ONNX Runtime was built without it; it has " + available());
        }
    }

    /** Compares names, which are spelled in several ways: CUDA, cuda, CUDAExecutionProvider. */
    private static boolean isNamed(OrtProvider provider, String name) {
        String plain =
                name.toUpperCase(Locale.ROOT).replace("EXECUTIONPROVIDER", "").replace("_", "");
        return provider.name().replace("_", "").equals(plain);
    }
}
