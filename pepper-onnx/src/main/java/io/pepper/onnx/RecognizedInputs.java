package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The inputs of a model that are not part of its main flow, as in text generators: caches that each layer reads and
 * returns extended; masks, positions and lengths that every layer reads. {@link ModelCosts#cutOptions} shares them, so
 * that there are cuts between layers. Immutable.
 *
 * @param caches the outputs of one run that are inputs of the next, recognised by name, or by type and dataflow if
 *     names differ
 * @param readOnlyCaches caches that no output extends, such as the keys and values of an encoder in a decoder's cross
 *     attention
 * @param contexts other inputs that are the same in all steps of a sequence, such as {@code encoder_hidden_states} and
 *     {@code encoder_attention_mask}
 * @param masks masks with 1 or true for a token that may be read, such as {@code attention_mask}
 * @param addedMasks masks that are added to scores: 0 for a token that may be read, else a very negative number
 * @param hidingMasks masks with 1 or true for a token that must not be read
 * @param positions positions in a text, such as {@code position_ids}, and types of tokens
 * @param lengths small inputs with a length, such as {@code seqlens_k}
 */
public record RecognizedInputs(
        List<Cache> caches,
        List<String> readOnlyCaches,
        List<String> contexts,
        List<String> masks,
        List<String> addedMasks,
        List<String> hidingMasks,
        List<String> positions,
        List<String> lengths) {
    /** No recognised inputs. */
    public static final RecognizedInputs NONE = new RecognizedInputs(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    /**
     * An input whose value is an output of the previous run.
     *
     * @param past the input
     * @param present the output
     */
    public record Cache(String past, String present) {}

    /**
     * Creates recognised inputs.
     *
     * @param caches the outputs of one run that are inputs of the next
     * @param readOnlyCaches caches that no output extends
     * @param contexts other inputs that are the same in all steps of a sequence
     * @param masks masks with 1 or true for a token that may be read
     * @param addedMasks masks that are added to scores
     * @param hidingMasks masks with 1 or true for a token that must not be read
     * @param positions positions in a text, such as {@code position_ids}, and types of tokens
     * @param lengths small inputs with a length, such as {@code seqlens_k}
     */
    public RecognizedInputs {
        caches = List.copyOf(caches);
        readOnlyCaches = List.copyOf(readOnlyCaches);
        contexts = List.copyOf(contexts);
        masks = List.copyOf(masks);
        addedMasks = List.copyOf(addedMasks);
        hidingMasks = List.copyOf(hidingMasks);
        positions = List.copyOf(positions);
        lengths = List.copyOf(lengths);
    }

    /**
     * Recognises inputs by names, types and dataflow. What a mask means is not looked at: all count as {@link #masks}.
     *
     * @param inputs the inputs of a model
     * @param outputs its outputs
     * @param graph its dataflow graph
     * @return the recognised inputs, at most all but one. O(operators)
     */
    public static RecognizedInputs of(List<TensorInfo> inputs, List<TensorInfo> outputs, DataflowGraph graph) {
        return InputRecognition.of(inputs, outputs, graph);
    }

    /**
     * Returns the same inputs with the {@link #masks} sorted by their meaning.
     *
     * @param added whether a mask is added to scores as it is
     * @param hiding whether 1 stands for a token that must not be read
     * @return the inputs
     */
    public RecognizedInputs withMasks(Predicate<String> added, Predicate<String> hiding) {
        Predicate<String> others = added.or(hiding).negate();
        return new RecognizedInputs(
                caches,
                readOnlyCaches,
                contexts,
                masks.stream().filter(others).toList(),
                masks.stream().filter(added).toList(),
                masks.stream().filter(hiding).toList(),
                positions,
                lengths);
    }

    /**
     * Returns the names of all recognised inputs.
     *
     * @return the names, each once
     */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        caches.forEach(cache -> names.add(cache.past));
        names.addAll(readOnlyCaches);
        names.addAll(contexts);
        names.addAll(allMasks());
        names.addAll(positions);
        names.addAll(lengths);
        return names;
    }

    /**
     * Returns the tensors that stay with the parts between the steps of a text generator.
     *
     * @return the names of all recognised inputs, and of the outputs that are the next caches
     */
    public Set<String> staying() {
        Set<String> all = new LinkedHashSet<>(names());
        caches.forEach(cache -> all.add(cache.present));
        return all;
    }

    /**
     * Returns whether an input is a cache, which stays with its layer.
     *
     * @param name the name of a tensor
     * @return true for {@link #caches} and {@link #readOnlyCaches}
     */
    public boolean isCache(String name) {
        return readOnlyCaches.contains(name)
                || caches.stream().anyMatch(cache -> cache.past().equals(name));
    }

    /**
     * Returns the masks of all meanings.
     *
     * @return the names, each once
     */
    public List<String> allMasks() {
        List<String> all = new ArrayList<>(masks);
        all.addAll(addedMasks);
        all.addAll(hidingMasks);
        return all;
    }
}
