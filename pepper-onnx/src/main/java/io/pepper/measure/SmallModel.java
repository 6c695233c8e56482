package io.pepper.measure;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final Set<Integer> random = new HashSet<>();

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
     * Ends the model with the last operator's output as its output, and writes it. Takes little memory, whatever the
     * weights have.
     *
     * @param stream receives the bytes of the model; it is flushed, and left open
     * @throws IOException if the stream does not take them
     */
    public void write(OutputStream stream) throws IOException {
        GraphProto.Builder rest = graph.clone().clearInitializer();
        List<Weight> weights = new ArrayList<>();
        for (int place = 0; place < graph.getInitializerCount(); place++) {
            TensorProto tensor = graph.getInitializer(place);
            if (random.contains(place)) {
                weights.add(new Weight(tensor, SEED + (long) place));
            } else {
                rest.addInitializer(tensor);
            }
        }
        GraphProto first =
                rest.addOutput(ValueInfoProto.newBuilder().setName(last)).build();
        int size = first.getSerializedSize();
        for (Weight weight : weights) {
            size = Math.addExact(size, weight.fieldSize());
        }
        CodedOutputStream out = CodedOutputStream.newInstance(stream);
        ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("pepper")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .build()
                .writeTo(out);
        out.writeTag(ModelProto.GRAPH_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(size);
        first.writeTo(out);
        for (Weight weight : weights) {
            weight.write(out);
        }
        out.flush();
    }

    /** An initializer whose numbers are generated when they are written. */
    private record Weight(TensorProto head, long seed) {
        private static final int CHUNK = 1 << 14;

        private boolean isReal() {
            return head.getDataType() == TensorProto.DataType.FLOAT.getNumber();
        }

        private int bytes() {
            long count = head.getDimsList().stream().reduce(1L, Math::multiplyExact);
            return Math.toIntExact(Math.multiplyExact(count, isReal() ? Float.BYTES : 1));
        }

        private int size() {
            return Math.addExact(head.getSerializedSize(), lengthSize(TensorProto.RAW_DATA_FIELD_NUMBER, bytes()));
        }

        /** Returns the bytes of a field's tag, its length, and its content. */
        private static int lengthSize(int field, int length) {
            return Math.addExact(
                    CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(length), length);
        }

        private int fieldSize() {
            return lengthSize(GraphProto.INITIALIZER_FIELD_NUMBER, size());
        }

        private void write(CodedOutputStream out) throws IOException {
            out.writeTag(GraphProto.INITIALIZER_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(size());
            head.writeTo(out);
            out.writeTag(TensorProto.RAW_DATA_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(bytes());
            SplittableRandom numbers = new SplittableRandom(seed);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
            for (int left = bytes(); left > 0; left -= chunk.position()) {
                chunk.clear().limit(Math.min(CHUNK, left));
                while (chunk.hasRemaining()) {
                    if (isReal()) {
                        chunk.putFloat(numbers.nextInt() * (MAX_WEIGHT / Integer.MAX_VALUE));
                    } else {
                        chunk.put((byte) (numbers.nextInt(2 * MAX_BYTE + 1) - MAX_BYTE));
                    }
                }
                out.writeRawBytes(chunk.array(), 0, chunk.position());
            }
        }
    }
}
