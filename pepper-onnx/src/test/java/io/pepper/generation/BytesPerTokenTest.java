package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cuts;
import io.pepper.generation.Decoders.Style;
import io.pepper.graph.Indices;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.partition.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that a token reads, counted by hand, and the parts of generators that they balance. */
class BytesPerTokenTest {
    private static final int OPEN_TOKENS = 1024;

    private static long cost(OperatorCosts costs, Indices operators) {
        OperatorCosts.Accumulator sum = costs.accumulator();
        sum.clear();
        return operators.stream().mapToLong(sum::add).max().orElse(0);
    }

    private static int operatorThatMakes(OnnxModel model, String tensor) {
        return model.graph()
                .producer(model.graph().tensor(tensor).orElseThrow())
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8})
    void weightsAndCachesCountAndTablesDoNot(int bits) throws Exception {
        int layers = 3;
        try (OnnxModel model = OnnxModel.load(QuantizedDecoder.bytes(bits, layers), "quantized")) {
            Indices all = model.graph().usedOperators();
            long table = 48L * 64 * bits / 8 + 48L * 2 * Float.BYTES;
            long caches = 2L * layers * QuantizedDecoder.KEYS * Float.BYTES;
            OperatorCosts open = model.costs(model.shapes()).bytesPerToken();
            assertThat(cost(open, all)).isEqualTo(cost(model.weights(), all) - table + caches * OPEN_TOKENS);
            InputShapes sizes = InputShapes.NONE
                    .withDimension("batch", 2)
                    .withDimension("seq", 1)
                    .withDimension("past", 7)
                    .withDimension("total", 8);
            OperatorCosts fixed = model.costs(model.shapes(sizes)).bytesPerToken();
            assertThat(cost(fixed, all)).isEqualTo(cost(model.weights(), all) - table + caches * 14);
            assertThat(cost(open, Indices.of(operatorThatMakes(model, "embedded"))))
                    .isZero();
            long head = 64L * 48 * bits / 8 + 48L * 2 * Float.BYTES + 48L * ((2 * bits + 7) / 8);
            assertThat(cost(open, Indices.of(operatorThatMakes(model, "logits"))))
                    .isEqualTo(head);
        }
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void equalLayersAreCutEqually(Style style) throws Exception {
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(style, 24), "decoder")) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts cuts = model.cuts(costs.cutOptions());
            Partition thirds = Partitioner.balanced(3, costs.bytesPerToken()).partition(cuts);
            List<Long> caches = thirds.segments().stream()
                    .map(segment -> caches(model, segment))
                    .toList();
            assertThat(caches.stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(model.recognizedInputs().caches().size());
            if (style == Style.STATE) {
                assertThat(caches.get(2))
                        .as("the head weighs more than a layer whose cache does not grow")
                        .isLessThan(caches.get(0));
            } else {
                assertThat(caches).containsOnly(caches.get(0));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 12, 2", "4, 12, 3", "8, 12, 4", "8, 24, 3"})
    void packedLayersAreCutEqually(int bits, int layers, int parts) throws Exception {
        try (OnnxModel model = OnnxModel.load(QuantizedDecoder.bytes(bits, layers), "quantized")) {
            ModelCosts costs = model.costs(model.shapes());
            Partition equal = Partitioner.balanced(parts, costs.bytesPerToken())
                    .partition(model.cuts(costs.cutOptionsBetweenKernels()));
            assertThat(equal.segments())
                    .allSatisfy(segment -> assertThat(caches(model, segment)).isEqualTo(2L * layers / parts));
        }
    }

    /** Returns the number of caches that a segment continues. */
    private static long caches(OnnxModel model, Segment segment) {
        return segment.outputs().stream()
                .filter(tensor -> model.recognizedInputs().caches().stream()
                        .anyMatch(cache -> cache.present().equals(model.graph().tensorName(tensor))))
                .count();
    }

    @Test
    void aHeavyHeadTakesThePlaceOfLayers() throws Exception {
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(Style.STATE, 6), "decoder")) {
            ModelCosts costs = model.costs(model.shapes());
            // A layer has 32 × 32 weights with 32 biases, and a state of 32; the head has 40 × 32 with 40. Four layers
            // cost 4,352 numbers, and two with the head 3,496; three with the head would cost 4,584.
            Partition halves = Partitioner.balanced(2, costs.bytesPerToken()).partition(model.cuts(costs.cutOptions()));
            assertThat(halves.segments())
                    .extracting(segment -> caches(model, segment))
                    .containsExactly(4L, 2L);
            Partition stored = Partitioner.balanced(2, model.weights()).partition(model.cuts(costs.cutOptions()));
            assertThat(stored.segments())
                    .as("the table of embeddings weighs as much as the head")
                    .extracting(segment -> caches(model, segment))
                    .containsExactly(3L, 3L);
        }
    }
}
