package io.pepper.export;

import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.model.WeightRanges;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The names of the whole model's files in parts that refer to them: paths relative to the target, downwards. ONNX
 * Runtime follows neither other paths nor links, not even hard links.
 */
final class References {
    private final String model;
    private final Path target;
    private final Map<ByteSource, String> locations = new LinkedHashMap<>();

    /**
     * Creates the names.
     *
     * @param model the model's name in messages
     * @param target the directory of the parts; need not exist
     * @throws IOException if the real path of the target cannot be determined
     */
    References(String model, Path target) throws IOException {
        this.model = model;
        this.target = real(target.toAbsolutePath().normalize());
    }

    /** Returns the real path of a path whose end need not exist. */
    private static Path real(Path path) throws IOException {
        Path existing = path;
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent(), "the root exists");
        }
        return existing.toRealPath().resolve(existing.relativize(path)).normalize();
    }

    /** Returns the name of a file as seen from the target. */
    String location(ByteSource source) throws IOException {
        String known = locations.get(source);
        if (known == null) {
            known = find(source);
            locations.put(source, known);
        }
        return known;
    }

    private String find(ByteSource source) throws IOException {
        if (!(source instanceof FileSource file)) {
            throw new UnsupportedModelException(model, "weights", "are in memory, and files cannot refer to them");
        }
        if (file.real().startsWith(target)) {
            return WeightRanges.location(target, file.real());
        }
        throw new UnsupportedModelException(
                model,
                "weights",
                "are in " + file.real() + ", not below " + target
                        + ": parts that refer to them must be written to that file's directory or above it");
    }

    /** Refuses an export that would replace files which its parts refer to. */
    void refuseReplaced(Collection<String> replaced) throws UnsupportedModelException {
        List<String> lost = new ArrayList<>(locations.values());
        lost.retainAll(replaced);
        if (!lost.isEmpty()) {
            throw new UnsupportedModelException(
                    model,
                    "weights",
                    "are in " + lost.get(0) + ", a file of the earlier export that would be replaced");
        }
    }
}
