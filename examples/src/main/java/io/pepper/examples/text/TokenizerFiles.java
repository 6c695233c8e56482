package io.pepper.examples.text;

import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of a text generator's tokenizer, which go with its parts. */
public final class TokenizerFiles {
    private static final List<String> NAMES =
            List.of(Tokenizer.FILE_NAME, "tokenizer_config.json", "special_tokens_map.json", EndTokens.FILE_NAME);

    /** The directory of models within a repository of exported models, whose tokenizer is one above. */
    private static final String MODELS = "onnx";

    private TokenizerFiles() {}

    /**
     * Copies the {@code tokenizer.json} of a text generator, and the small files that go with it, to its parts. A file of
     * the same name there is replaced: it may be that of another model.
     *
     * @param model the file of the model; the tokenizer is beside it, or one directory above if its own is {@code onnx}
     * @param parts the directory of its parts with their {@code partition.json}
     * @return the names of the copied files; empty if the model is no text generator, has no tokenizer, or the parts are
     *     in the tokenizer's directory
     * @throws IOException if a file cannot be read or written
     */
    public static List<String> copy(Path model, Path parts) throws IOException {
        Optional<Path> source = source(model);
        if (source.isEmpty()
                || Files.isSameFile(source.get(), parts)
                || PartitionManifest.read(parts).recognized().caches().isEmpty()) {
            return List.of();
        }
        List<String> copied = new ArrayList<>();
        for (String name : NAMES) {
            Path file = source.get().resolve(name);
            Path target = parts.resolve(name);
            if (Files.isRegularFile(file)) {
                byte[] content = Files.readAllBytes(file);
                if (!Files.isRegularFile(target) || !Arrays.equals(content, Files.readAllBytes(target))) {
                    WholeFile.write(target, content);
                }
                copied.add(name);
            }
        }
        return copied;
    }

    private static Optional<Path> source(Path model) {
        Path beside = model.toAbsolutePath().normalize().getParent();
        Stream<Path> places = beside == null
                ? Stream.empty()
                : beside.endsWith(MODELS) && beside.getParent() != null
                        ? Stream.of(beside, beside.getParent())
                        : Stream.of(beside);
        return places.filter(place -> Files.isRegularFile(place.resolve(Tokenizer.FILE_NAME)))
                .findFirst();
    }
}
