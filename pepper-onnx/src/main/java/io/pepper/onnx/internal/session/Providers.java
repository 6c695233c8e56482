package io.pepper.onnx.internal.session;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Execution providers by name. */
final class Providers {
    /** Adds a provider to a session. */
    @FunctionalInterface
    private interface Addition {
        void to(SessionOptions settings) throws OrtException;
    }

    private static final Map<OrtProvider, Addition> ADDITIONS = Map.of(
            OrtProvider.CPU, settings -> {},
            OrtProvider.CUDA, SessionOptions::addCUDA,
            OrtProvider.TENSOR_RT, settings -> settings.addTensorrt(0),
            OrtProvider.ROCM, SessionOptions::addROCM,
            OrtProvider.DIRECT_ML, settings -> settings.addDirectML(0),
            OrtProvider.CORE_ML, SessionOptions::addCoreML,
            OrtProvider.NNAPI, SessionOptions::addNnapi,
            OrtProvider.DNNL, settings -> settings.addDnnl(true),
            OrtProvider.OPEN_VINO, settings -> settings.addOpenVINO(""),
            OrtProvider.XNNPACK, settings -> settings.addXnnpack(Map.of()));

    private Providers() {}

    static void add(SessionOptions settings, String name) throws OrtException {
        Set<OrtProvider> here = EnumSet.copyOf(OrtEnvironment.getAvailableProviders());
        here.retainAll(ADDITIONS.keySet());
        for (OrtProvider provider : here) {
            if (isNamed(provider, name)) {
                ADDITIONS.getOrDefault(provider, nothing -> {}).to(settings);
                return;
            }
        }
        Set<String> names = new TreeSet<>();
        here.forEach(provider -> names.add(provider.name()));
        throw new IllegalArgumentException("no execution provider '" + name + "' here, only " + names);
    }

    /** Compares names, which are spelled in several ways: CUDA, cuda, CUDAExecutionProvider. */
    private static boolean isNamed(OrtProvider provider, String name) {
        String plain =
                name.toUpperCase(Locale.ROOT).replace("EXECUTIONPROVIDER", "").replace("_", "");
        return provider.name().replace("_", "").equals(plain);
    }
}
