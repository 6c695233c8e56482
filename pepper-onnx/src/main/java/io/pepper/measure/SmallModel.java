package io.pepper.measure;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A builder of a model of a few operators on 32-bit floats, one after another. Weights are pseudo-random with a seed,
 * and generated when the model is written.
 */
final class SmallModel {
    private static final int MAX_BYTE = 64;
    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;
    private static final int SEED = 42;

    /** Maximum absolute value of a weight. */
    private static final float MAX_WEIGHT = 0.09f;

    private final GraphProto.Builder graph = GraphProto.newBuilder();

    /** The indices of the random initializers. */
    private final List<Integer> random = new ArrayList<>();

    private final Map<String, Long> openSizes = new TreeMap<>();
    private String last = "x";
    private int names;

    /**
     * Creates a model with an input {@code x}.
     *
     * @param name the model's name
     * @param shape the input's sizes
     */
    public SmallModel(String name, long... shape) {
        graph.setName(name).addInput(value("x", shape));
    }

    /**
     * Leaves a size of the input open under a name, as in models of sequences of any length.
     *
     * @param axis the axis of the size
     * @param name the name of the size
     * @return this model
     */
    public SmallModel open(int axis, String name) {
        TensorShapeProto.Dimension.Builder size = graph.getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(axis);
        openSizes.put(name, size.getDimValue());
        size.setDimParam(name);
        return this;
    }

    /**
     * Returns the intended values of the open sizes.
     *
     * @return sizes by name; empty if none is open
     */
    public Map<String, Long> openSizes() {
        return Map.copyOf(openSizes);
    }

    private static ValueInfoProto value(String name, long... shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long size : shape) {
            dims.addDimBuilder().setDimValue(size);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(dims)))
                .build();
    }

    /**
     * Adds a weight.
     *
     * @param shape its sizes
     * @return its name
     */
    public String weight(long... shape) {
        return random(TensorProto.DataType.FLOAT, shape);
    }

    private String random(TensorProto.DataType type, long... shape) {
        random.add(graph.getInitializerCount());
        String name = "w" + names++;
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .addAllDims(LongStream.of(shape).boxed().toList()));
        return name;
    }

    private static byte[] values(TensorProto.DataType type, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean real = type == TensorProto.DataType.FLOAT;
        ByteBuffer values =
                ByteBuffer.allocate(real ? count * Float.BYTES : count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (real) {
                values.putFloat(random.nextInt() * (MAX_WEIGHT / Integer.MAX_VALUE));
            } else {
                values.put((byte) (random.nextInt(2 * MAX_BYTE + 1) - MAX_BYTE));
            }
        }
        return values.array();
    }

    /**
     * Adds one number.
     *
     * @param value the number
     * @return its name
     */
    public String scalar(float value) {
        return floats(new long[0], value);
    }

    /**
     * Adds a row of numbers.
     *
     * @param values the numbers
     * @return its name
     */
    public String scales(float... values) {
        return floats(new long[] {values.length}, values);
    }

    /**
     * Adds a row of integers, such as a shape.
     *
     * @param values the integers
     * @return its name
     */
    public String integers(long... values) {
        String name = "w" + names++;
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length)
                .addAllInt64Data(LongStream.of(values).boxed().toList()));
        return name;
    }

    private String floats(long[] shape, float... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName("w" + names++)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addAllDims(LongStream.of(shape).boxed().toList());
        for (float value : values) {
            tensor.addFloatData(value);
        }
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    /**
     * Adds a weight of signed bytes in half of their range, as tools write them for processors whose sums of byte
     * products could overflow.
     *
     * @param shape its sizes
     * @return its name
     */
    public String byteWeight(long... shape) {
        return random(TensorProto.DataType.INT8, shape);
    }

    /**
     * Adds the zero points of a weight of bytes: 0 for each column, as tools write them.
     *
     * @param columns number of columns
     * @return their name
     */
    public String zeroPoints(long columns) {
        String name = "w" + names++;
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT8.getNumber())
                .addDims(columns)
                .setRawData(ByteString.copyFrom(new byte[Math.toIntExact(columns)])));
        return name;
    }

    /**
     * Adds an operator with several outputs. The first one becomes the last tensor.
     *
     * @param type its type
     * @param outputs number of outputs
     * @param inputs the names of its inputs
     * @return the names of its outputs
     */
    public List<String> several(String type, int outputs, String... inputs) {
        then(type, inputs);
        NodeProto.Builder node = lastNode();
        for (int i = 1; i < outputs; i++) {
            node.addOutput(last + "-" + i);
        }
        return List.copyOf(node.getOutputList());
    }

    /**
     * Returns the output of the last operator.
     *
     * @return its name
     */
    public String last() {
        return last;
    }

    /**
     * Adds a batch normalisation with random numbers for each channel.
     *
     * @param from the tensor to normalise
     * @param channels its number of channels
     * @return the name of the result
     */
    public String normalized(String from, long channels) {
        String variance = then("Abs", weight(channels)).last();
        return then("BatchNormalization", from, weight(channels), weight(channels), weight(channels), variance)
                .last();
    }

    /**
     * Adds an operator.
     *
     * @param type its type
     * @param inputs the names of its inputs, empty for omitted ones
     * @return this model
     */
    public SmallModel then(String type, String... inputs) {
        last = "t" + names++;
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .setName(last)
                .addAllInput(List.of(inputs))
                .addOutput(last));
        return this;
    }

    private NodeProto.Builder lastNode() {
        return graph.getNodeBuilder(graph.getNodeCount() - 1);
    }

    /**
     * Adds an attribute of integers to the last operator.
     *
     * @param name its name
     * @param values one or more values
     * @return this model
     */
    public SmallModel with(String name, long... values) {
        lastNode()
                .addAttribute(AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.INTS)
                        .addAllInts(LongStream.of(values).boxed().toList()));
        return this;
    }

    /**
     * Adds an attribute of one integer to the last operator.
     *
     * @param name its name
     * @param value its value
     * @return this model
     */
    public SmallModel with(String name, int value) {
        lastNode()
                .addAttribute(AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(value));
        return this;
    }

    /**
     * Adds an attribute of text to the last operator.
     *
     * @param name its name
     * @param value its value
     * @return this model
     */
    public SmallModel with(String name, String value) {
        lastNode()
                .addAttribute(AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.STRING)
                        .setS(ByteString.copyFromUtf8(value)));
        return this;
    }

    /**
     * Ends the model with the last operator's output as its output.
     *
     * @return the bytes of the model
     */
    public byte[] bytes() {
        GraphProto.Builder whole =
                graph.clone().addOutput(ValueInfoProto.newBuilder().setName(last));
        for (int place : random) {
            TensorProto.Builder weight = whole.getInitializerBuilder(place);
            long count = weight.getDimsList().stream().reduce(1L, Math::multiplyExact);
            byte[] values = values(
                    TensorProto.DataType.forNumber(weight.getDataType()), Math.toIntExact(count), SEED + (long) place);
            weight.setRawData(UnsafeByteOperations.unsafeWrap(values));
        }
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("pepper")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(whole)
                .build()
                .toByteArray();
    }
}
