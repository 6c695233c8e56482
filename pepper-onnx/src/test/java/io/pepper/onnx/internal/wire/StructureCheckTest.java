package io.pepper.onnx.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import io.pepper.onnx.internal.proto.ModelProto;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Small files that would take much memory are refused before they are parsed. */
class StructureCheckTest {
    /** How many bytes this thread has allocated so far. */
    private static long allocatedBytes() {
        try {
            return (Long) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=Threading"), "CurrentThreadAllocatedBytes");
        } catch (JMException unknown) {
            throw new IllegalStateException(unknown);
        }
    }

    /** Two or three bytes each that make an object each. */
    private static Map<String, Consumer<WireBytes>> bombs() {
        byte[] nothing = new byte[0];
        byte[] letter = {'a'};
        Map<String, Consumer<WireBytes>> bombs = new TreeMap<>();
        bombs.put("empty operators", model -> model.message(7, graph -> repeat(graph, 1, nothing)));
        bombs.put("empty values", model -> model.message(7, graph -> repeat(graph, 13, nothing)));
        bombs.put("empty entries", model -> repeat(model, 14, nothing));
        bombs.put("empty operator sets", model -> repeat(model, 8, nothing));
        bombs.put(
                "inputs of one letter",
                model -> model.message(7, graph -> graph.message(1, node -> repeat(node, 1, letter))));
        bombs.put(
                "empty inputs", model -> model.message(7, graph -> graph.message(1, node -> repeat(node, 1, nothing))));
        bombs.put("unknown fields", model -> repeat(model, 1000, letter));
        bombs.put("unknown numbers", model -> IntStream.range(0, COUNT).forEach(i -> model.number(500 + i % 7, i)));
        bombs.put(
                "sizes of a shape",
                model -> model.message(
                        7,
                        graph -> graph.message(
                                11,
                                value -> value.message(
                                        2,
                                        type -> type.message(
                                                1, tensor -> tensor.message(2, shape -> repeat(shape, 1, nothing)))))));
        bombs.put(
                "numbers of an attribute",
                model -> model.message(
                        7,
                        graph -> graph.message(
                                1, node -> node.message(5, attribute -> attribute.content(8, new byte[COUNT])))));
        bombs.put(
                "device configurations",
                model -> model.message(7, graph -> graph.message(1, node -> repeat(node, 10, nothing))));
        return bombs;
    }

    private static final int COUNT = 100_000;

    private static void repeat(WireBytes message, int field, byte[] content) {
        IntStream.range(0, COUNT).forEach(i -> message.content(field, content));
    }

    /** What parsing allocates is about what was foretold, whatever the file is made of; some of it does not stay. */
    @Test
    void theEstimateIsNotFarTooLow() throws IOException {
        ReadLimits unlimited = ReadLimits.builder().rank(Integer.MAX_VALUE).build();
        for (Map.Entry<String, Consumer<WireBytes>> bomb : bombs().entrySet()) {
            byte[] bytes = WireBytes.of(bomb.getValue());
            long estimate = StructureCheck.memoryBytes(new ArraySource(bomb.getKey(), bytes), unlimited);
            long before = allocatedBytes();
            ModelProto model = ModelProto.parseFrom(bytes);
            long allocated = allocatedBytes() - before;
            assertThat(model.isInitialized()).isTrue();
            assertThat(allocated)
                    .as("%s: %s bytes, estimate %s", bomb.getKey(), bytes.length, estimate)
                    .isLessThan(3 * estimate);
            assertThat(estimate).as(bomb.getKey()).isGreaterThan(bytes.length);
        }
    }

    @Test
    void structuresTooLargeForMemoryAreRefusedBeforeParsing() {
        ReadLimits limits = ReadLimits.builder()
                .memoryBytes(500_000)
                .rank(Integer.MAX_VALUE)
                .build();
        bombs().forEach((name, bomb) -> {
            byte[] bytes = WireBytes.of(bomb);
            assertThatThrownBy(() -> PayloadScanner.scan(new ArraySource("to load classes", bytes), limits))
                    .isInstanceOf(MalformedModelException.class);
            long before = allocatedBytes();
            assertThatThrownBy(() -> PayloadScanner.scan(new ArraySource(name, bytes), limits))
                    .as(name)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageStartingWith(name + ": ")
                    .hasMessageEndingWith("makes the structure take more than 500000 bytes of memory");
            assertThat(allocatedBytes() - before).as(name).isLessThan(20L * bytes.length + 4_000_000);
        });
    }

    /** The whole size that a skeleton may have, as empty operators, would be some ten gigabytes. */
    @Test
    void theDefaultsHoldAModelOfAMillionOperatorsButNotOfEmptyOnes() throws IOException {
        byte[] chain = WireBytes.of(model -> model.message(7, graph -> IntStream.range(0, 10_000)
                .forEach(i -> graph.message(1, node -> node.content(1, ("tensor_" + i).getBytes(StandardCharsets.UTF_8))
                        .content(2, ("tensor_" + (i + 1)).getBytes(StandardCharsets.UTF_8))
                        .content(3, ("operator_" + i).getBytes(StandardCharsets.UTF_8))
                        .content(4, "Relu".getBytes(StandardCharsets.UTF_8))))));
        long estimate = StructureCheck.memoryBytes(new ArraySource("chain", chain), ReadLimits.DEFAULTS);
        assertThat(100 * estimate).isLessThan(ReadLimits.DEFAULT_MEMORY_BYTES);
        byte[] empty = WireBytes.of(model -> model.message(7, graph -> repeat(graph, 1, new byte[0])));
        long each = StructureCheck.memoryBytes(new ArraySource("empty", empty), ReadLimits.DEFAULTS) / COUNT;
        assertThat(each * (ReadLimits.DEFAULT_STRUCTURE_BYTES / 2)).isGreaterThan(10L << 30);
    }

    private static long memoryOf(Consumer<WireBytes> graph) throws IOException {
        byte[] bytes = WireBytes.of(model -> model.message(7, graph));
        return StructureCheck.memoryBytes(new ArraySource("model", bytes), ReadLimits.DEFAULTS);
    }

    /** Each tensor of the shape has the name again, in what is inferred and in what is written. */
    @Test
    void namesCountAsOftenAsTheyAreCopied() throws IOException {
        byte[] name = new byte[10_000];
        assertThat(memoryOf(graph -> graph.message(
                        11,
                        input -> input.message(
                                2,
                                type -> type.message(
                                        1,
                                        tensor -> tensor.message(
                                                2, shape -> shape.message(1, dim -> dim.content(2, name))))))))
                .isGreaterThan(16 * 10_000L);
        assertThat(memoryOf(graph -> graph.message(1, node -> node.content(3, name))))
                .isGreaterThan(6 * 10_000L);
        assertThat(memoryOf(graph -> graph.content(10, name))).isLessThan(3 * 10_000L);
    }

    /** A tensor that an operator reads is an object of the graph, however short its name. */
    @Test
    void readsOfAnOperatorCountAsTensorsOfTheGraph() throws IOException {
        assertThat(memoryOf(graph -> graph.message(1, node -> repeat(node, 1, new byte[] {'x'}))))
                .isGreaterThan(300L * COUNT);
    }

    private static void assertRefused(ReadLimits.Builder limits, Consumer<WireBytes> model, String message) {
        byte[] bytes = WireBytes.of(model);
        assertThatThrownBy(() -> PayloadScanner.scan(new ArraySource("model", bytes), limits.build()))
                .isInstanceOf(MalformedModelException.class)
                .hasMessage("model: " + message);
    }

    @Test
    void operatorsAreLimitedWhereverTheyStand() {
        Consumer<WireBytes> body = node -> node.message(
                5,
                attribute -> attribute.message(
                        6, graph -> IntStream.range(0, 3).forEach(i -> graph.message(1, inner -> {}))));
        assertRefused(
                ReadLimits.builder().operators(3),
                model -> model.message(7, graph -> graph.message(1, body)),
                "graph.node[0].attribute[0].g.node[2]: is beyond the limit of 3 operators");
        assertRefused(
                ReadLimits.builder().operators(1),
                model -> model.message(25, function -> function.message(7, node -> {}))
                        .message(7, graph -> graph.message(1, node -> {})),
                "graph.node[0]: is beyond the limit of 1 operators");
    }

    @Test
    void namesAreLimitedAndTextsAreNot() throws IOException {
        byte[] text = new byte[101];
        ReadLimits.Builder limits = ReadLimits.builder().nameBytes(100);
        assertRefused(
                limits,
                model -> model.message(
                        7, graph -> graph.message(1, node -> {}).message(1, node -> node.content(4, text))),
                "graph.node[1].op_type: is a name of 101 bytes, where the limit is 100");
        assertRefused(
                limits,
                model -> model.message(14, entry -> entry.content(1, text)),
                "metadata_props[0].key: is a name of 101 bytes, where the limit is 100");
        byte[] texts = WireBytes.of(model -> model.content(6, text).message(14, entry -> entry.content(2, text)));
        PayloadScanner.scan(new ArraySource("texts", texts), limits.build());
    }

    @Test
    void dimensionsAreLimitedHoweverTheyAreWritten() throws IOException {
        ReadLimits.Builder limits = ReadLimits.builder().rank(4);
        String refused = "is beyond the limit of 4 dimensions";
        assertRefused(
                limits,
                model -> model.message(
                        7,
                        graph ->
                                graph.message(5, tensor -> IntStream.range(0, 5).forEach(i -> tensor.number(1, 1)))),
                "graph.initializer[0].dims[4]: " + refused);
        assertRefused(
                limits,
                model -> model.message(7, graph -> graph.message(5, tensor -> tensor.content(1, new byte[5]))),
                "graph.initializer[0].dims[0]: " + refused);
        Consumer<WireBytes> shape = five -> IntStream.range(0, 5).forEach(i -> five.message(1, dim -> {}));
        assertRefused(
                limits,
                model -> model.message(
                        7,
                        graph -> graph.message(
                                12,
                                value ->
                                        value.message(2, type -> type.message(1, tensor -> tensor.message(2, shape))))),
                "graph.output[0].type.tensor_type.shape.dim[4]: " + refused);
        byte[] four = WireBytes.tensor(tensor -> tensor.content(1, new byte[4]));
        PayloadScanner.scan(new ArraySource("four", four), limits.build());
    }

    /** What nobody looked into before is looked into now. */
    @Test
    void malformedBytesInsideOfTypesAreRefusedByTheirPlace() {
        List.of("\013", "\000").forEach(tag -> assertThatThrownBy(() -> PayloadScanner.scan(
                        new ArraySource(
                                "model",
                                WireBytes.of(model -> model.message(
                                        7,
                                        graph -> graph.message(
                                                11,
                                                value ->
                                                        value.content(2, tag.getBytes(StandardCharsets.ISO_8859_1)))))),
                        ReadLimits.DEFAULTS))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageStartingWith("model: graph.input[0].type"));
    }
}
