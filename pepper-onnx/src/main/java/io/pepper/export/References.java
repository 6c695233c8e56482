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
 * How parts name the files of the whole model that they refer to: by the way down from the target. ONNX Runtime follows no other, and
 * no links, hard ones neither.
 */
final class References {
    private final String model;
    private final Path target;
    private final Map<ByteSource, String> locations = new LinkedHashMap<>();

    /**
     * Prepares.
     *
     * @param model what to call the model in messages
     * @param target where the parts will be; need not exist
     * @throws IOException if it cannot be found out where the target is
     */
    References(String model, Path target) throws IOException {
        this.model = model;
        this.target = real(target.toAbsolutePath().normalize());
    }

    /** The real place of a path of which only the beginning may exist. */
    private static Path real(Path path) throws IOException {
        Path existing = path;
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent(), "the root exists");
        }
        return existing.toRealPath().resolve(existing.relativize(path)).normalize();
    }

    /** How the target names a file. */
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
            throw new UnsupportedModelException(model, "weights", "stand in memory, where no file can refer to them");
        }
        if (file.real().startsWith(target)) {
            return WeightRanges.location(target, file.real());
        }
        throw new UnsupportedModelException(
                model,
                "weights",
                "stand in " + file.real() + ", not below " + target
                        + ": parts that refer to them must be written to that file's directory or above it");
    }

    /** The files that parts refer to and that are replaced by this export: none may be. */
    void refuseReplaced(Collection<String> replaced) throws UnsupportedModelException {
        List<String> lost = new ArrayList<>(locations.values());
        lost.retainAll(replaced);
        if (!lost.isEmpty()) {
            throw new UnsupportedModelException(
                    model,
                    "weights",
                    "stand in " + lost.get(0) + ", a file of the earlier export that would be replaced");
        }
    }
}
