package io.pepper.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * Inputs of a model that are beside its main flow, as a text generator has them: caches that each layer reads and gives back longer, masks,
 * positions and lengths that every layer reads. {@link ModelCosts#cutOptions} shares them, so that cuts lie between layers. Immutable.
 *
 * @param caches what one run gives back to the next, by name, or by type and dataflow where names differ
 * @param masks inputs that say what counts, such as {@code attention_mask}
 * @param positions inputs that say where in a text something is, such as {@code position_ids}
 * @param lengths small inputs that say how much there is, such as {@code seqlens_k}
 */
public record RecognizedInputs(List<Cache> caches, List<String> masks, List<String> positions, List<String> lengths) {
    /** Nothing is recognised. */
    public static final RecognizedInputs NONE = new RecognizedInputs(List.of(), List.of(), List.of(), List.of());

    /**
     * An input that is to be what an output was in the run before.
     *
     * @param past the input
     * @param present the output
     */
    public record Cache(String past, String present) {}

    /**
     * Copies the lists.
     *
     * @param caches see the record
     * @param masks see the record
     * @param positions see the record
     * @param lengths see the record
     */
    public RecognizedInputs {
        caches = List.copyOf(caches);
        masks = List.copyOf(masks);
        positions = List.copyOf(positions);
        lengths = List.copyOf(lengths);
    }

    /**
     * All that was recognised.
     *
     * @return names of inputs, each once
     */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        caches.forEach(cache -> names.add(cache.past));
        names.addAll(masks);
        names.addAll(positions);
        names.addAll(lengths);
        return names;
    }
}
