package io.pepper.onnx.internal.isolate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's native libraries as files. ONNX Runtime extracts them from its jar whenever a process starts, which
 * takes longer than the rest of a child's start. So they are extracted once for the life of this process. Thread-safe.
 */
final class NativeFiles {
    /** The system property with the directory in which ONNX Runtime looks for its libraries before it extracts them. */
    static final String PROPERTY = "onnxruntime.native.path";

    private static final String RUNTIME = "ai.onnxruntime.OrtEnvironment";
    private static final List<String> REQUIRED = List.of("onnxruntime", "onnxruntime4j_jni");
    private static final List<String> OPTIONAL =
            List.of("onnxruntime_providers_shared", "onnxruntime_providers_cuda", "onnxruntime_providers_tensorrt");

    private static @Nullable ScratchDirectory extracted;

    private NativeFiles() {}

    /**
     * Returns the directory of the libraries.
     *
     * @return the directory; empty if ONNX Runtime's jar has no libraries for this machine, so that a child must find
     *     them itself
     * @throws IOException if they cannot be extracted
     */
    static synchronized Optional<Path> directory() throws IOException {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return Optional.of(Path.of(given).toAbsolutePath());
        }
        if (extracted == null || !isThere(extracted.path())) {
            ScratchDirectory directory = ScratchDirectory.create("native-");
            if (!extract(directory.path())) {
                directory.close();
                return Optional.empty();
            }
            extracted = directory;
        }
        return Optional.of(extracted.path());
    }

    /** Returns whether the libraries still exist: cleaners of temporary directories may have removed them. */
    private static boolean isThere(Path directory) {
        return REQUIRED.stream().allMatch(library -> Files.isRegularFile(directory.resolve(file(library))));
    }

    private static boolean extract(Path directory) throws IOException {
        for (String library : REQUIRED) {
            if (!extract(directory, library)) {
                return false;
            }
        }
        for (String library : OPTIONAL) {
            extract(directory, library);
        }
        return true;
    }

    private static boolean extract(Path directory, String library) throws IOException {
        try (InputStream bytes =
                runtime().getResourceAsStream("/ai/onnxruntime/native/" + platform() + "/" + file(library))) {
            if (bytes == null) {
                return false;
            }
            Files.copy(bytes, directory.resolve(file(library)));
            return true;
        }
    }

    private static Class<?> runtime() throws IOException {
        try {
            return Class.forName(RUNTIME, false, NativeFiles.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IOException("an isolated run needs ONNX Runtime, which is missing", missing);
        }
    }

    private static String file(String library) {
        return System.mapLibraryName(library);
    }

    /** Returns the platform's name in ONNX Runtime's jar. */
    private static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String name = system.contains("mac") ? "osx" : system.contains("win") ? "win" : "linux";
        boolean isX64 = machine.equals("amd64") || machine.equals("x86_64");
        return name + "-" + (isX64 ? "x64" : machine.equals("arm64") ? "aarch64" : machine);
    }
}
