package io.pepper.generation;

import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The roles of a text generator's inputs and outputs. Immutable.
 *
 * @param tokens the input of tokens
 * @param logits the output of logits
 * @param inputs all inputs by name
 * @param presents the output that continues each cache, by the cache's input
 * @param masks inputs that are one for each token so far
 * @param positions inputs with the positions of the step's tokens
 * @param lengths inputs with a length
 */
record DecoderRoles(
        TensorInfo tokens,
        TensorInfo logits,
        Map<String, TensorInfo> inputs,
        Map<String, String> presents,
        Set<String> masks,
        Set<String> positions,
        Set<String> lengths) {
    private static final Set<String> WHOLE = Set.of("int64", "int32");
    private static final String NEED = "a text generator has an input of tokens, caches and an output of logits";

    /**
     * Finds the roles in parts.
     *
     * @param manifest the manifest of the parts
     * @param shapeReaders the parts that read only the shape of a cache
     * @throws UnsupportedModelException if the model is no text generator, or one of another kind; the message names the
     *     input or output
     * @throws IOException if a part cannot be read
     */
    static DecoderRoles of(PartitionManifest manifest, ShapeReaders shapeReaders) throws IOException {
        DecoderRoles roles =
                of(PartitionManifest.FILE_NAME, manifest.inputs(), manifest.outputs(), manifest.recognized());
        requireOwnCaches(manifest, roles.presents, shapeReaders);
        return roles;
    }

    /**
     * Finds the roles in a model.
     *
     * @throws UnsupportedModelException if the model is no text generator, or one of another kind; the message names the
     *     input or output
     */
    static DecoderRoles of(OnnxModel model) throws UnsupportedModelException {
        return of(model.name(), model.inputs(), model.outputs(), model.recognizedInputs());
    }

    private static DecoderRoles of(
            String source, List<TensorInfo> read, List<TensorInfo> written, RecognizedInputs found)
            throws UnsupportedModelException {
        if (found.caches().isEmpty()) {
            throw new UnsupportedModelException(source, "recognized.caches", "the model has no caches: " + NEED);
        }
        if (!found.readOnlyCaches().isEmpty()) {
            throw new UnsupportedModelException(
                    source,
                    "recognized.readOnlyCaches",
                    "'" + found.readOnlyCaches().get(0) + "' is computed by another model, such as an encoder;"
                            + " generation runs one model alone");
        }
        Map<String, TensorInfo> inputs = new LinkedHashMap<>();
        read.forEach(input -> inputs.put(input.name(), input));
        Map<String, String> presents = new LinkedHashMap<>();
        found.caches().forEach(cache -> presents.put(cache.past(), cache.present()));
        for (String position : found.positions()) {
            String lower = position.toLowerCase(Locale.ROOT);
            if (lower.contains("type") || lower.contains("segment")) {
                throw new UnsupportedModelException(
                        source, "inputs", "'" + position + "' has a type for each token, which generation cannot know");
            }
        }
        return new DecoderRoles(
                tokens(source, read, found),
                logits(source, written, presents),
                inputs,
                presents,
                Set.copyOf(found.masks()),
                Set.copyOf(found.positions()),
                Set.copyOf(found.lengths()));
    }

    /** The parts, by their number, that read only the shape of an input. */
    @FunctionalInterface
    interface ShapeReaders {
        /** No part is known to. */
        ShapeReaders NONE = (part, input) -> false;

        boolean readsShapeAlone(int part, String input) throws IOException;
    }

    /** Requires that a part that reads the content of a cache continues it. */
    private static void requireOwnCaches(
            PartitionManifest manifest, Map<String, String> presents, ShapeReaders shapeReaders) throws IOException {
        for (int part = 0; part < manifest.parts().size(); part++) {
            Set<String> made = new HashSet<>();
            manifest.parts().get(part).outputs().forEach(output -> made.add(output.name()));
            for (TensorInfo input : manifest.parts().get(part).inputs()) {
                String present = presents.get(input.name());
                if (present != null && !made.contains(present) && !shapeReaders.readsShapeAlone(part, input.name())) {
                    throw new UnsupportedModelException(
                            PartitionManifest.FILE_NAME,
                            "parts[" + part + "].inputs",
                            "'" + input.name() + "' is a cache that another part continues ('" + present
                                    + "'): cut the model between its layers");
                }
            }
        }
    }

    private static TensorInfo tokens(String source, List<TensorInfo> read, RecognizedInputs found)
            throws UnsupportedModelException {
        Set<String> known = new HashSet<>(found.names());
        List<TensorInfo> left =
                read.stream().filter(input -> !known.contains(input.name())).toList();
        for (TensorInfo input : left) {
            int rank = input.shape().map(List::size).orElse(-1);
            if (!WHOLE.contains(input.type().orElse("")) || rank < 1 || rank > 2) {
                throw new UnsupportedModelException(
                        source, "inputs", "'" + input + "' is not an input of tokens: " + NEED);
            }
        }
        if (left.size() != 1) {
            throw new UnsupportedModelException(
                    source,
                    "inputs",
                    left.stream().map(TensorInfo::name).toList() + " are not one input of tokens: " + NEED);
        }
        return left.get(0);
    }

    private static TensorInfo logits(String source, List<TensorInfo> written, Map<String, String> presents)
            throws UnsupportedModelException {
        List<TensorInfo> left = written.stream()
                .filter(output -> !presents.containsValue(output.name()))
                .filter(output -> output.type().orElse("").contains("float"))
                .toList();
        List<TensorInfo> named = left.stream()
                .filter(output -> output.name().toLowerCase(Locale.ROOT).contains("logits"))
                .toList();
        List<TensorInfo> chosen = named.isEmpty() ? left : named;
        if (chosen.size() != 1) {
            throw new UnsupportedModelException(
                    source,
                    "outputs",
                    chosen.stream().map(TensorInfo::name).toList() + " are not one output of logits: " + NEED);
        }
        return chosen.get(0);
    }

    /** Returns whether a stage makes an input itself, so that it does not cross a link. */
    boolean isHidden(String input) {
        return presents.containsKey(input)
                || masks.contains(input)
                || positions.contains(input)
                || lengths.contains(input);
    }

    /** Returns the shape of a cache of one sequence after a number of tokens. */
    long[] cacheShape(String cache, int tokens) {
        List<Dimension> shape =
                Objects.requireNonNull(inputs.get(cache)).shape().orElse(List.of());
        long[] sizes = new long[shape.size()];
        for (int axis = 0; axis < sizes.length; axis++) {
            Dimension dimension = shape.get(axis);
            sizes[axis] = dimension.size().orElse(axis == 0 ? 1 : tokens);
        }
        return sizes;
    }

    /** Returns the shape of an input that follows from the number of tokens. */
    long[] shape(String input, int past, int count) {
        if (presents.containsKey(input)) {
            return cacheShape(input, past);
        }
        int rank = Objects.requireNonNull(inputs.get(input))
                .shape()
                .map(List::size)
                .orElse(0);
        long[] sizes = new long[rank];
        Arrays.fill(sizes, 1);
        if (rank > 0 && !lengths.contains(input)) {
            sizes[rank - 1] = masks.contains(input) ? (long) past + count : count;
        }
        return sizes;
    }

    /** Returns the manifest as the session sees it: without caches, masks, positions and lengths, with the step. */
    PartitionManifest visible(PartitionManifest manifest) {
        TensorInfo step = new TensorInfo(Step.TENSOR, Optional.of("int64"), Optional.of(List.of(Dimension.of("step"))));
        List<PartitionManifest.Part> parts = manifest.parts().stream()
                .map(part -> new PartitionManifest.Part(
                        part.file(),
                        part.sha256(),
                        part.bytes(),
                        part.operators(),
                        part.recomputedOperators(),
                        part.constantOperators(),
                        part.weightBytes(),
                        visible(part.inputs(), step),
                        part.outputs().stream()
                                .filter(output -> isVisible(output.name(), manifest))
                                .toList(),
                        part.data()))
                .toList();
        return new PartitionManifest(
                manifest.tool(),
                manifest.modelName(),
                manifest.modelSha256(),
                manifest.weights(),
                List.of(tokens, step),
                List.of(logits),
                parts,
                manifest.cuts(),
                manifest.unusedOperators(),
                manifest.notes(),
                manifest.inputValues(),
                RecognizedInputs.NONE);
    }

    private List<TensorInfo> visible(List<TensorInfo> read, TensorInfo step) {
        List<TensorInfo> left = new ArrayList<>(
                read.stream().filter(input -> !isHidden(input.name())).toList());
        left.add(step);
        return left;
    }

    /** Returns whether an output is the logits, or is read by a later part. */
    boolean isVisible(String output, PartitionManifest manifest) {
        return output.equals(logits.name())
                || manifest.parts().stream()
                        .flatMap(part -> part.inputs().stream())
                        .anyMatch(input -> input.name().equals(output));
    }
}
