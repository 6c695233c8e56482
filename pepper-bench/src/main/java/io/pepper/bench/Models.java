package io.pepper.bench;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.Random;

/** Models that are made, with random weights from a seed. */
final class Models {
    private static final long SEED = 42;
    private static final int FLOAT = 1;
    private static final int[] BLOCKS = {3, 4, 6, 3};
    private static final int KERNEL = 3;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("made");
    private final Random random = new Random(SEED);
    private int nodes;

    private Models() {}

    /** Operators without weights, one after the other. */
    static ModelProto chain(int operators) {
        Models chain = new Models();
        String tensor = chain.input(1, 16);
        for (int i = 0; i < operators; i++) {
            tensor = chain.operator(i % 2 == 0 ? "Neg" : "Abs", tensor);
        }
        return chain.finish(tensor);
    }

    /**
     * The layout of ResNet-50: a stem, four stages of 3, 4, 6 and 3 bottleneck blocks, and a classifier; 25.5 million weights.
     * K. He et al., "Deep residual learning for image recognition", CVPR 2016, table 1.
     */
    static ModelProto resNet50() {
        Models net = new Models();
        String tensor = net.conv(net.input(1, 3, 224, 224), 3, 64, 7, 2);
        tensor = net.operator("Relu", tensor);
        tensor = net.pool(tensor);
        int channels = 64;
        for (int stage = 0; stage < BLOCKS.length; stage++) {
            int width = 64 << stage;
            for (int block = 0; block < BLOCKS[stage]; block++) {
                int stride = block == 0 && stage > 0 ? 2 : 1;
                tensor = net.bottleneck(tensor, channels, width, stride);
                channels = 4 * width;
            }
        }
        tensor = net.operator("Flatten", net.operator("GlobalAveragePool", tensor));
        return net.finish(net.operator("Gemm", tensor, net.weights(channels, 1000), net.weights(1000)));
    }

    /** A copy of vectors of any length, from {@code x} to {@code t0}. */
    static ModelProto identity() {
        Models copy = new Models();
        String in = copy.input();
        copy.graph
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .addDimBuilder()
                .setDimParam("n");
        return copy.finish(copy.operator("Identity", in));
    }

    /** Layers of 16 MiB each, one after the other. */
    static ModelProto layers(int count) {
        Models net = new Models();
        String tensor = net.input(1, 2048);
        for (int layer = 0; layer < count; layer++) {
            tensor = net.operator("Relu", net.operator("MatMul", tensor, net.weights(2048, 2048)));
        }
        return net.finish(tensor);
    }

    private String bottleneck(String in, int channels, int width, int stride) {
        String out = operator("Relu", conv(in, channels, width, 1, 1));
        out = operator("Relu", conv(out, width, width, KERNEL, stride));
        out = conv(out, width, 4 * width, 1, 1);
        String skip = channels == 4 * width ? in : conv(in, channels, 4 * width, 1, stride);
        return operator("Relu", operator("Add", out, skip));
    }

    private String conv(String in, int channels, int filters, int kernel, int stride) {
        String out = operator("Conv", in, weights(filters, channels, kernel, kernel), weights(filters));
        NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1);
        node.addAttribute(ints("strides", stride, stride));
        int pad = kernel / 2;
        node.addAttribute(ints("pads", pad, pad, pad, pad));
        return out;
    }

    private String pool(String in) {
        String out = operator("MaxPool", in);
        NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1);
        node.addAttribute(ints("kernel_shape", KERNEL, KERNEL));
        node.addAttribute(ints("strides", 2, 2));
        node.addAttribute(ints("pads", 1, 1, 1, 1));
        return out;
    }

    private static AttributeProto ints(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private String input(long... dims) {
        graph.addInput(value("x", dims));
        return "x";
    }

    private String operator(String type, String... reads) {
        String out = "t" + nodes;
        NodeProto.Builder node = NodeProto.newBuilder().setName(type + nodes++).setOpType(type);
        for (String read : reads) {
            node.addInput(read);
        }
        graph.addNode(node.addOutput(out));
        return out;
    }

    private String weights(long... dims) {
        int bytes = Float.BYTES;
        for (long dim : dims) {
            bytes = Math.multiplyExact(bytes, (int) dim);
        }
        byte[] values = new byte[bytes];
        random.nextBytes(values);
        for (int i = 3; i < bytes; i += Float.BYTES) {
            values[i] = (byte) (0x3c | (values[i] & 0x80));
        }
        String name = "w" + graph.getInitializerCount();
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(values)));
        return name;
    }

    private static ValueInfoProto value(String name, long... dims) {
        TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(FLOAT);
        for (long dim : dims) {
            type.getShapeBuilder().addDimBuilder().setDimValue(dim);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }

    private ModelProto finish(String output) {
        TypeProto.Tensor type = TypeProto.Tensor.newBuilder().setElemType(FLOAT).build();
        graph.addOutput(ValueInfoProto.newBuilder()
                .setName(output)
                .setType(TypeProto.newBuilder().setTensorType(type)));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
                .setGraph(graph)
                .build();
    }
}
