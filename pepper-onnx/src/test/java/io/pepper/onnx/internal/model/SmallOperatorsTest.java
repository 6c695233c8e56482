package io.pepper.onnx.internal.model;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.DOUBLE;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT8;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.NodeSpec;
import io.pepper.onnx.testmodels.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is computed of small tensors is what ONNX Runtime computes, and the rest is unknown. */
class SmallOperatorsTest {
    private static final int ROUNDS = 40;
    private static final int OPSET = 17;

    private final Map<String, TensorProto> given = new HashMap<>();
    private final List<NodeProto> nodes = new ArrayList<>();

    private void tensor(String name, DataType type, Random random, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        int count = 1;
        for (long size : shape) {
            tensor.addDims(size);
            count *= (int) size;
        }
        for (int i = 0; i < count; i++) {
            int number = random.nextInt(9) - 4;
            switch (type) {
                case BOOL -> tensor.addInt32Data(number & 1);
                case INT8, INT32 -> tensor.addInt32Data(number);
                case INT64 -> tensor.addInt64Data(number);
                case DOUBLE -> tensor.addDoubleData(number * 0.3);
                default -> tensor.addFloatData(number * 0.3F);
            }
        }
        given.put(name, tensor.build());
    }

    private void operator(NodeSpec spec) {
        nodes.add(spec.out("out" + nodes.size()).build(nodes.size()));
    }

    private void operators(String[] types, String... inputs) {
        for (String type : types) {
            operator(node(type).in(inputs));
        }
    }

    private void everything(Random random) {
        tensor("b", BOOL, random, 2, 1);
        tensor("b2", BOOL, random, 3);
        for (DataType type : List.of(FLOAT, DOUBLE, INT32, INT64)) {
            String name = type.name();
            tensor(name, type, random, 2, 3);
            tensor(name + "2", type, random, 3);
            operators(new String[] {"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"}, name, name + "2");
            operators(new String[] {"Add", "Sub", "Mul", "Max", "Min"}, name, name + "2");
            operators(new String[] {"Neg", "Abs", "Sign"}, name);
            operator(node("Where").in("b", name, name + "2"));
            operator(node("ReduceMax").in(name).ints("axes", -1));
            operator(node("ReduceMin").in(name).with("keepdims", 0));
            for (DataType to : List.of(BOOL, FLOAT, DOUBLE, INT8, INT32, INT64)) {
                operator(node("Cast").in(name).with("to", to.getNumber()));
            }
        }
        given.put("divisor", Tensors.vector("divisor", -2L, 3L, 2L));
        operators(new String[] {"Div", "Mod"}, "INT64", "divisor");
        operator(node("Mod").in("INT64", "divisor").with("fmod", 1));
        operators(new String[] {"Div"}, "FLOAT", "FLOAT2");
        operators(new String[] {"Floor", "Ceil", "Round", "Relu"}, "FLOAT");
        operators(new String[] {"Sum"}, "FLOAT", "FLOAT2", "FLOAT");
        operators(new String[] {"And", "Or", "Xor", "Equal"}, "b", "b2");
        operators(new String[] {"Not", "Identity", "Shape", "Size", "Flatten", "Squeeze"}, "b");
        layouts();
    }

    private void layouts() {
        given.put("axis", Tensors.vector("axis", -1L));
        given.put("all", Tensors.vector("all", 3L, -1L));
        given.put("same", Tensors.vector("same", 0L, 1L, -1L));
        given.put("from", Tensors.vector("from", -2L));
        given.put("to", Tensors.vector("to", 9223372036854775807L));
        given.put("step", Tensors.vector("step", 2L));
        given.put("places", Tensors.vector("places", 1L, -1L));
        operator(node("ReduceSum").in("INT64", "axis"));
        operator(node("ReduceSum").in("INT64").with("keepdims", 0));
        operator(node("ReduceProd").in("INT32").ints("axes", 0));
        operator(node("ReduceSum").in("INT64").with("noop_with_empty_axes", 1));
        operator(node("Squeeze").in("b", "axis"));
        operator(node("Unsqueeze").in("INT64", "places"));
        operator(node("Unsqueeze").in("INT64", "axis"));
        operator(node("Reshape").in("INT64", "all"));
        operator(node("Reshape").in("FLOAT", "same"));
        operator(node("Flatten").in("INT64").with("axis", 0));
        operator(node("Flatten").in("INT64").with("axis", -1));
        operator(node("Slice").in("INT64", "from", "to", "axis"));
        operator(node("Slice").in("INT64", "from", "to", "axis", "step"));
        operator(node("Gather").in("INT64", "places").with("axis", 1));
        operator(node("Gather").in("FLOAT", "places"));
        operator(node("Concat").in("INT64", "INT64").with("axis", 0));
        operator(node("Concat").in("FLOAT", "FLOAT").with("axis", -1));
        operator(node("Expand").in("axis", "places2"));
        given.put("places2", Tensors.vector("places2", 2L, 3L));
        operator(node("ConstantOfShape").in("places2").with("value", Tensors.vector("", 7L)));
        operator(node("ConstantOfShape").in("places2"));
        operator(node("Constant").with("value", Tensors.scalar("", true)));
        operator(node("Constant").with("value_int", 5));
        operator(node("Constant").ints("value_ints", 5, 6));
        operator(node("Constant").with("value_float", 0.5F));
    }

    private byte[] model() {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("small").addAllNode(nodes);
        given.forEach((name, tensor) -> graph.addInitializer(tensor.toBuilder().setName(name)));
        nodes.forEach(node -> graph.addOutput(ValueInfoProto.newBuilder().setName(node.getOutput(0))));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private Optional<SmallTensor> computed(NodeProto node) {
        return SmallOperators.of(
                node,
                node.getInputList().stream()
                        .map(name -> Optional.ofNullable(given.get(name)).flatMap(SmallTensor::of))
                        .toList());
    }

    private static double[] elements(OnnxTensor tensor) {
        return switch (tensor.getInfo().type) {
            case BOOL, INT8 -> {
                byte[] bytes = new byte[tensor.getByteBuffer().remaining()];
                tensor.getByteBuffer().get(bytes);
                double[] elements = new double[bytes.length];
                Arrays.setAll(elements, i -> bytes[i]);
                yield elements;
            }
            case INT32 -> {
                int[] numbers = new int[tensor.getIntBuffer().remaining()];
                tensor.getIntBuffer().get(numbers);
                yield Arrays.stream(numbers).asDoubleStream().toArray();
            }
            case INT64 -> {
                long[] numbers = new long[tensor.getLongBuffer().remaining()];
                tensor.getLongBuffer().get(numbers);
                yield Arrays.stream(numbers).asDoubleStream().toArray();
            }
            case DOUBLE -> {
                double[] numbers = new double[tensor.getDoubleBuffer().remaining()];
                tensor.getDoubleBuffer().get(numbers);
                yield numbers;
            }
            default -> {
                float[] numbers = new float[tensor.getFloatBuffer().remaining()];
                tensor.getFloatBuffer().get(numbers);
                double[] elements = new double[numbers.length];
                Arrays.setAll(elements, i -> numbers[i]);
                yield elements;
            }
        };
    }

    @Test
    void everyOperatorIsComputedAsTheRuntimeComputesIt() throws OrtException {
        Random random = new Random(7);
        List<String> unknown = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            nodes.clear();
            given.clear();
            everything(random);
            try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model());
                    OrtSession.Result results = session.run(Map.of())) {
                for (NodeProto node : nodes) {
                    OnnxValue value = results.get(node.getOutput(0)).orElseThrow();
                    OnnxTensor tensor = (OnnxTensor) value;
                    Optional<SmallTensor> found = computed(node);
                    if (found.isEmpty()) {
                        unknown.add(node.getOpType());
                    }
                    if (found.isPresent()) {
                        assertThat(found.get().shape())
                                .as("%s", node)
                                .isEqualTo(Arrays.stream(tensor.getInfo().getShape())
                                        .boxed()
                                        .toList());
                        assertThat(found.get().elements()).as("%s", node).containsExactly(elements(tensor));
                    }
                }
            }
        }
        assertThat(unknown).as("integers that do not fit").isEmpty();
    }

    @Test
    void inexactResultsAreUnknown() {
        given.put("wide", Tensors.vector("wide", 1L << 62, 3));
        given.put("large", Tensors.vector("large", (1L << 53) - 1, 3));
        given.put("zero", Tensors.vector("zero", 0L, 0L));
        given.put("floats", Tensors.vector("floats", 0.1F, 0.2F, 0.3F));
        given.put(
                "bad",
                TensorProto.newBuilder()
                        .setDataType(INT32.getNumber())
                        .addDims(1 << 20)
                        .addDims(1 << 20)
                        .build());
        for (NodeSpec spec : List.of(
                node("Neg").in("wide"),
                node("Equal").in("wide", "wide"),
                node("ReduceMax").in("wide"),
                node("Add").in("large", "large"),
                node("Mul").in("large", "large"),
                node("Div").in("large", "zero"),
                node("Mod").in("large", "zero"),
                node("ReduceSum").in("floats"),
                node("Cast").in("large").with("to", INT32.getNumber()),
                node("Cast").in("large").with("to", INT8.getNumber()),
                node("Add").in("large", "floats"),
                node("Expand").in("zero", "large"),
                node("ConstantOfShape").in("large"),
                node("Reshape").in("large", "large"),
                node("Gather").in("large", "large"),
                node("Identity").in("bad"),
                node("Squeeze").in("large", "missing"),
                node("Tanh").in("floats"),
                node("And").domain("own").in("large", "large"))) {
            assertThat(computed(spec.out("y").build(0))).as("%s", spec.build(0)).isEmpty();
        }
    }
}
