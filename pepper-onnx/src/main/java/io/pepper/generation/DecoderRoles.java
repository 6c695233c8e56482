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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 * @param hidden the other inputs that a stage makes itself
 * @param contexts inputs that are the same in all steps of a sequence
 * @param shapes the shapes of the tokens and of each cache, by the input
 */
record DecoderRoles(
        TensorInfo tokens,
        TensorInfo logits,
        Map<String, TensorInfo> inputs,
        Map<String, String> presents,
        Map<String, StepInput> hidden,
        Set<String> contexts,
        Map<String, InputShape> shapes) {
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
        Map<String, TensorInfo> inputs = new LinkedHashMap<>();
        read.forEach(input -> inputs.put(input.name(), input));
        TensorInfo tokens = tokens(source, read, found);
        Map<String, String> presents = new LinkedHashMap<>();
        Map<String, InputShape> shapes = new HashMap<>();
        shapes.put(tokens.name(), InputShape.of(source, tokens, tokens));
        for (RecognizedInputs.Cache cache : found.caches()) {
            presents.put(cache.past(), cache.present());
            TensorInfo past = Objects.requireNonNull(inputs.get(cache.past()));
            shapes.put(cache.past(), InputShape.of(source, past, tokens));
        }
        Set<String> contexts = new LinkedHashSet<>(found.readOnlyCaches());
        contexts.addAll(found.contexts());
        return new DecoderRoles(
                tokens,
                logits(source, written, presents),
                inputs,
                presents,
                StepInput.all(source, inputs, tokens, found),
                Set.copyOf(contexts),
                Map.copyOf(shapes));
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
        TensorInfo tokens = left.get(0);
        long[] one = InputShape.of(source, tokens, tokens).sizes(1);
        if (Arrays.stream(one).anyMatch(size -> size != 1)) {
            throw new UnsupportedModelException(
                    source,
                    "inputs",
                    "'" + tokens + "' takes a fixed number of tokens; generation runs one token, or any number");
        }
        return tokens;
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

    /** Returns whether an input does not cross a link: the stage makes it, or has it for the whole sequence. */
    boolean isHidden(String input) {
        return presents.containsKey(input) || hidden.containsKey(input) || contexts.contains(input);
    }

    /** Returns the most tokens of one step: 1 if the model is made for single tokens. */
    int maxTokens() {
        return Arrays.equals(tokenShape(1), tokenShape(2)) ? 1 : Integer.MAX_VALUE;
    }

    /** Returns the shape of the input of tokens. */
    long[] tokenShape(int count) {
        return Objects.requireNonNull(shapes.get(tokens.name())).sizes(count);
    }

    /** Returns the shape of a cache of one sequence after a number of tokens. */
    long[] cacheShape(String cache, int tokens) {
        return Objects.requireNonNull(shapes.get(cache)).sizes(tokens);
    }

    /**
     * Returns the shape of an input that follows from the number of tokens.
     *
     * @throws UnsupportedModelException if the size of an axis is unknown, as of the states of an encoder
     */
    long[] shape(String input, int past, int count) throws UnsupportedModelException {
        if (presents.containsKey(input)) {
            return cacheShape(input, past);
        }
        StepInput made = hidden.get(input);
        if (made != null) {
            return made.shape(past, count);
        }
        TensorInfo info = Objects.requireNonNull(inputs.get(input));
        if (!contexts.contains(input)) {
            return tokenShape(count);
        }
        List<Dimension> shape = info.shape().orElse(List.of());
        long[] sizes = new long[shape.size()];
        for (int axis = 0; axis < sizes.length; axis++) {
            boolean isBatch = axis == 0 || shape.get(axis).symbol().orElse("").contains("batch");
            if (shape.get(axis).size().isEmpty() && !isBatch) {
                throw new UnsupportedModelException(
                        "model",
                        "inputs",
                        "'" + info + "' is the same in all steps, and has an open axis: its costs are unknown");
            }
            sizes[axis] = shape.get(axis).size().orElse(1);
        }
        return sizes;
    }

    /**
     * Returns the manifest as the session sees it: without caches, masks, positions and lengths, with the step.
     *
     * @param crossing whether the inputs that are the same in all steps cross links, once for each sequence
     */
    PartitionManifest visible(PartitionManifest manifest, boolean crossing) {
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
                        visible(part.inputs(), step, crossing),
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
                visible(manifest.inputs(), step, crossing),
                List.of(logits),
                parts,
                manifest.cuts(),
                manifest.unusedOperators(),
                manifest.notes(),
                manifest.inputValues(),
                RecognizedInputs.NONE);
    }

    private List<TensorInfo> visible(List<TensorInfo> read, TensorInfo step, boolean crossing) {
        List<TensorInfo> left = new ArrayList<>(read.stream()
                .filter(input -> !isHidden(input.name()) || (crossing && contexts.contains(input.name())))
                // An input that is the same in all steps is empty in later ones, whatever its shape.
                .map(input -> contexts.contains(input.name())
                        ? new TensorInfo(input.name(), input.type(), Optional.empty())
                        : input)
                .toList());
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
