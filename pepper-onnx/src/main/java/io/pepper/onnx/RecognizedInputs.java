package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.TensorInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs of a model that are not part of its main flow, as in text generators: caches that each layer reads and
 * returns extended; masks, positions and lengths that every layer reads. {@link ModelCosts#cutOptions} shares them, so
 * that there are cuts between layers. Immutable.
 *
 * @param caches the outputs of one run that are inputs of the next, recognised by name, or by type and dataflow if
 *     names differ
 * @param readOnlyCaches caches that no output extends, such as the keys and values of an encoder in a decoder's cross
 *     attention
 * @param masks masks, such as {@code attention_mask}
 * @param positions positions in a text, such as {@code position_ids}
 * @param lengths small inputs with a length, such as {@code seqlens_k}
 */
public record RecognizedInputs(
        List<Cache> caches,
        List<String> readOnlyCaches,
        List<String> masks,
        List<String> positions,
        List<String> lengths) {
    /** No recognised inputs. */
    public static final RecognizedInputs NONE =
            new RecognizedInputs(List.of(), List.of(), List.of(), List.of(), List.of());

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
     * @param masks masks, such as {@code attention_mask}
     * @param positions positions in a text, such as {@code position_ids}
     * @param lengths small inputs with a length, such as {@code seqlens_k}
     */
    public RecognizedInputs {
        caches = List.copyOf(caches);
        readOnlyCaches = List.copyOf(readOnlyCaches);
        masks = List.copyOf(masks);
        positions = List.copyOf(positions);
        lengths = List.copyOf(lengths);
    }

    /**
     * Recognises inputs by names, types and dataflow.
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
     * Returns the names of all recognised inputs.
     *
     * @return the names, each once
     */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        caches.forEach(cache -> names.add(cache.past));
        names.addAll(readOnlyCaches);
        names.addAll(masks);
        names.addAll(positions);
        names.addAll(lengths);
        return names;
    }
}
