package io.pepper.onnx.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tensors are closed with their last reader, never before, and never those of others. */
class TensorStoreTest {
    private static final int ROUNDS = 1_000;

    private final Random random = new Random(11);

    private static OnnxTensor tensor() throws OrtException {
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[] {1});
    }

    /** A partition of up to eight parts, each of which reads some of what is there, and makes one to three tensors. */
    private Wiring wiring(List<String> given, List<String> results) {
        List<String> there = new ArrayList<>(given);
        List<Wiring.Part> parts = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int part = 0; part < count; part++) {
            Set<String> reads = new LinkedHashSet<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                reads.add(there.get(random.nextInt(there.size())));
            }
            List<String> makes = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                makes.add("p" + part + "_" + i);
            }
            parts.add(new Wiring.Part("part" + part, List.copyOf(reads), makes));
            there.addAll(makes);
        }
        results.add(there.get(there.size() - 1));
        results.add(there.get(random.nextInt(there.size())));
        return new Wiring(parts, given, results);
    }

    @Test
    void everyTensorIsClosedWithItsLastReader() throws OrtException {
        for (int round = 0; round < ROUNDS; round++) {
            List<String> results = new ArrayList<>();
            List<String> given = List.of("x", "y", "z").subList(0, 1 + random.nextInt(3));
            Wiring wiring = wiring(given, results);
            boolean owns = random.nextBoolean();
            int failsAt = random.nextInt(3) == 0 ? random.nextInt(wiring.parts().size()) : Integer.MAX_VALUE;
            Map<String, OnnxTensor> all = new HashMap<>();
            for (String name : given) {
                all.put(name, tensor());
            }
            TensorStore board = new TensorStore(wiring, all, owns, false);
            for (int part = 0; part < wiring.parts().size() && part < failsAt; part++) {
                Map<String, OnnxTensorLike> feed = board.feed(part);
                assertThat(feed.keySet())
                        .containsExactlyElementsOf(wiring.parts().get(part).inputs());
                assertThat(feed.values()).noneMatch(OnnxValue::isClosed);
                Map<String, OnnxValue> made = new LinkedHashMap<>();
                for (String name : wiring.parts().get(part).outputs()) {
                    OnnxTensor tensor = tensor();
                    all.put(name, tensor);
                    made.put(name, tensor);
                }
                board.put(part, made);
                board.releaseInputs(part);
                assertOpen(wiring, results, all, given, owns, part);
            }
            if (failsAt < Integer.MAX_VALUE) {
                board.abandon();
            } else {
                StoredOutputs outputs = board.results();
                assertThat(outputs.values().values()).noneMatch(OnnxValue::isClosed);
                outputs.close();
            }
            all.forEach(
                    (name, tensor) -> assertThat(tensor.isClosed()).as(name).isEqualTo(owns || !given.contains(name)));
            if (!owns) {
                given.forEach(name -> all.get(name).close());
            }
        }
    }

    /** Open is what a later part reads, or what is wanted; and what is given and not owned. */
    private static void assertOpen(
            Wiring wiring,
            List<String> results,
            Map<String, OnnxTensor> all,
            List<String> given,
            boolean owns,
            int done) {
        all.forEach((name, tensor) -> {
            boolean needed = results.contains(name);
            for (int later = done + 1; later < wiring.parts().size(); later++) {
                needed |= wiring.parts().get(later).inputs().contains(name);
            }
            boolean open = needed || (given.contains(name) && !owns);
            assertThat(tensor.isClosed()).as("%s after part %s", name, done).isEqualTo(!open);
        });
    }

    /** What a part reads stays open, though the run was given up, until the part has ended; what it then makes is closed. */
    @Test
    void inputsOfAnAbandonedRunStayOpenWhileRead() throws OrtException {
        Wiring wiring =
                new Wiring(List.of(new Wiring.Part("slow", List.of("x"), List.of("y"))), List.of("x"), List.of("y"));
        OnnxTensor x = tensor();
        OnnxTensor y = tensor();
        TensorStore board = new TensorStore(wiring, Map.of("x", x), true, false);
        board.feed(0);
        board.abandon();
        assertThat(x.isClosed()).isFalse();
        board.put(0, Map.of("y", y));
        assertThat(y.isClosed()).isTrue();
        board.releaseInputs(0);
        assertThat(x.isClosed()).isTrue();
    }

    @Test
    void refusesWhatDoesNotFit() throws OrtException {
        List<Wiring.Part> parts = List.of(new Wiring.Part("one", List.of("x"), List.of("y")));
        assertThatThrownBy(() -> new Wiring(parts, List.of(), List.of("y")))
                .hasMessageContaining("one: nothing before gives tensor x");
        assertThatThrownBy(() -> new Wiring(parts, List.of("x"), List.of("z")))
                .hasMessageContaining("the model's outputs: nothing before gives tensor z");
        List<Wiring.Part> twice = List.of(parts.get(0), new Wiring.Part("two", List.of("x"), List.of("y")));
        assertThatThrownBy(() -> new Wiring(twice, List.of("x"), List.of("y")))
                .hasMessageContaining("two: an earlier part gives its output too: [y]");
        Wiring wiring = new Wiring(parts, List.of("x"), List.of("y"));
        assertThatThrownBy(() -> new TensorStore(wiring, Map.of(), false, false))
                .hasMessageContaining("input x is missing");
        try (OnnxTensor x = tensor();
                OnnxTensor other = tensor()) {
            TensorStore board = new TensorStore(wiring, Map.of("x", x), false, false);
            assertThatThrownBy(() -> board.put(0, Map.of("other", other)))
                    .hasMessageContaining("one: it does not give its output y");
            assertThat(other.isClosed()).isTrue();
        }
    }
}
