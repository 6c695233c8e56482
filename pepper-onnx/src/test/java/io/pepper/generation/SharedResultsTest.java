package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.Cuts;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.partition.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Text generators whose layers all read a table that follows from the positions: it is computed again, or passed on. */
class SharedResultsTest {
    private static final int WIDTH = 8;
    private static final int LAYERS = 4;

    /** More than 1 MiB of floats. */
    private static final int LARGE = 40_000;

    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 11L);

    /** The origin of the table. */
    enum Table {
        /** The cosine of a product with one frequency for each column, as rotary embeddings have. */
        PRODUCT,
        /** Rows of a large constant. */
        LOOKUP,
        /** A product with many columns, which takes much arithmetic. */
        COSTLY,
        /** Random numbers, different in each run. */
        RANDOM
    }

    @TempDir
    Path directory;

    private static OnnxModel load(Table table) throws Exception {
        ModelBuilder builder = model("table-" + table)
                .input("input_ids", INT64, "batch", "seq")
                .input("position_ids", INT64, "batch", "seq")
                .initializer(Tensors.floats("embed", new Random(3), 24, WIDTH))
                .initializer(Tensors.vector("one", 1L))
                .initializer(Tensors.vector("two", 2L))
                .initializer(Tensors.vector("end", Long.MAX_VALUE))
                .let("x0", "Gather", "embed", "input_ids");
        table(builder, table);
        for (int i = 0; i < LAYERS; i++) {
            layer(builder, i);
        }
        return OnnxModel.load(
                builder.linear("logits", "x" + LAYERS, WIDTH, 24)
                        .output("logits", FLOAT, "batch", "seq", 24)
                        .build()
                        .toByteArray(),
                "table");
    }

    private static void table(ModelBuilder builder, Table table) {
        builder.add(node("Cast").in("position_ids").out("places").with("to", FLOAT.getNumber()))
                .let("place", "Unsqueeze", "places", "two");
        switch (table) {
            case PRODUCT ->
                builder.initializer(Tensors.floats("rates", new Random(4), 1, WIDTH))
                        .let("angles", "MatMul", "place", "rates")
                        .let("table", "Cos", "angles");
            case LOOKUP ->
                builder.initializer(Tensors.floats("rows", new Random(4), LARGE, WIDTH))
                        .let("table", "Gather", "rows", "position_ids");
            case COSTLY ->
                builder.initializer(Tensors.floats("rates", new Random(4), 1, 256))
                        .initializer(Tensors.floats("mix", new Random(6), 256, WIDTH))
                        .let("wide", "MatMul", "place", "rates")
                        .let("waves", "Cos", "wide")
                        .let("table", "MatMul", "waves", "mix");
            default ->
                builder.initializer(Tensors.floats("rates", new Random(4), 1, WIDTH))
                        .let("angles", "MatMul", "place", "rates")
                        .let("table", "RandomNormalLike", "angles");
        }
    }

    /** Adds the sum of all tokens so far, which it caches, and multiplies by the table. */
    private static void layer(ModelBuilder builder, int i) {
        builder.input("past_key_values." + i + ".key", FLOAT, "batch", "past", WIDTH)
                .let("turned" + i, "Mul", "x" + i, "table")
                .add(node("Concat")
                        .in("past_key_values." + i + ".key", "turned" + i)
                        .out("present." + i + ".key")
                        .with("axis", 1))
                .let("sums" + i, "CumSum", "present." + i + ".key", "one")
                .let("shape" + i, "Shape", "x" + i)
                .let("count" + i, "Gather", "shape" + i, "one")
                .let("from" + i, "Neg", "count" + i)
                .let("new" + i, "Slice", "sums" + i, "from" + i, "end", "one")
                .let("sum" + i, "Add", "x" + i, "new" + i)
                .linear("product" + i, "sum" + i, WIDTH, WIDTH)
                .let("x" + (i + 1), "Tanh", "product" + i)
                .output("present." + i + ".key", FLOAT, "batch", "total", WIDTH);
    }

    private static int maker(OnnxModel model, String tensor) {
        return model.graph()
                .producer(model.graph().tensor(tensor).orElseThrow())
                .orElseThrow();
    }

    private static List<String> names(OnnxModel model, Iterable<Integer> tensors) {
        List<String> names = new java.util.ArrayList<>();
        tensors.forEach(tensor -> names.add(model.graph().tensorName(tensor)));
        return names;
    }

    @ParameterizedTest
    @EnumSource(Table.class)
    void theTableDoesNotTieTheLayersTogether(Table table) throws Exception {
        try (OnnxModel model = load(table)) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts cuts = model.cuts(costs.cutOptions());
            assertThat(names(
                            model,
                            cuts.list().stream()
                                    .map(cut -> cut.tensors().get(0))
                                    .toList()))
                    .contains("x1", "x2", "x3");
            assertThat(cuts.list()).extracting(Cut::width).containsOnly(1);
            boolean again = table == Table.PRODUCT;
            assertThat(cuts.sharing().recomputed().contains(maker(model, "table")))
                    .isEqualTo(again);
            assertThat(names(model, cuts.sharing().carried()).contains("table")).isEqualTo(!again);
            Partition partition = Partitioner.atTensors("x1", "x2", "x3").partition(cuts);
            assertThat(partition.segments())
                    .filteredOn(segment -> segment.operators().contains(maker(model, "table"))
                            || segment.recomputed().contains(maker(model, "table")))
                    .hasSize(again ? LAYERS : 1);
            String reason = costs.recomputationObstacle(maker(model, "table")).orElse("none");
            assertThat(reason)
                    .startsWith(
                            switch (table) {
                                case PRODUCT -> "none";
                                case LOOKUP -> "it needs 1.22 MiB of weights";
                                case COSTLY -> "it takes";
                                default -> "its values may differ from run to run";
                            });
        }
    }

    @ParameterizedTest
    @EnumSource(value = Table.class, names = "RANDOM", mode = EnumSource.Mode.EXCLUDE)
    void eachWayGivesTheTokensAndLogitsOfTheWhole(Table table) throws Exception {
        try (OnnxModel model = load(table)) {
            CutOptions options = model.costs(model.shapes()).cutOptions();
            Path parts = directory.resolve("parts");
            SubmodelExporter.export(
                    model, Partitioner.atTensors("x1", "x2", "x3").partition(model.cuts(options)), parts);
            GenerationVerification found = GenerationVerification.of(model, parts, PROMPT, 10, Decoders.EXACT);
            assertThat(found.identical()).isTrue();
            assertThat(Set.copyOf(found.tokens())).hasSizeGreaterThan(1);
        }
    }

    /** A plan counts the time of operators that are computed again, and the bytes of tensors that travel, not both. */
    @Test
    void plansChargeWhatIsComputedAgainOrTravels() throws Exception {
        for (Table table : List.of(Table.PRODUCT, Table.COSTLY)) {
            try (OnnxModel model = load(table)) {
                ModelCosts token =
                        GenerationWork.of(model, GenerationLoad.of(5, 2)).token();
                Cuts cuts = model.cuts(token.cutOptions());
                Partition partition = Partitioner.atTensors("x1", "x2", "x3").partition(cuts);
                ModelSegments segments = token.segments(partition.cuts());
                long extra = 0;
                for (Segment segment : partition.segments()) {
                    extra += segment.recomputed().stream()
                            .mapToLong(operator -> token.flops(operator).orElse(0))
                            .sum();
                }
                double whole = token.characteristics().flops().orElseThrow();
                double parts = partition.segments().stream()
                        .mapToLong(segment ->
                                token.characteristics(segment).flops().orElseThrow())
                        .sum();
                assertThat(parts).isEqualTo(whole + extra);
                int row = WIDTH * Float.BYTES;
                if (table == Table.PRODUCT) {
                    assertThat(extra).as("three times a product and a cosine").isGreaterThan(0);
                    assertThat(travelling(segments, "table")).isZero();
                } else {
                    assertThat(extra).isZero();
                    assertThat(travelling(segments, "table")).isEqualTo(3);
                    assertThat(segments.flows().get(1).bytes())
                            .as("a row of the table, the hidden state, and the caches of later layers")
                            .isGreaterThanOrEqualTo(2 * row);
                }
            }
        }
    }

    private static long travelling(ModelSegments segments, String tensor) {
        long count = 0;
        for (int i = 0; i < segments.flows().size(); i++) {
            count += segments.tensors(i).contains(tensor) ? 1 : 0;
        }
        return count;
    }
}
