package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.onnx.internal.proto.ModelProto;

/** Well-known networks, layer by layer; their weights are made by operators, so that models are small. */
public final class Architectures {
    private static final int CLASSES = 1000;

    private final ModelBuilder builder;
    private int count;

    private Architectures(String name) {
        builder = model(name).input("image", FLOAT, 1, 3, 224, 224);
    }

    /** Simonyan and Zisserman, "Very deep convolutional networks", 2015, configuration D. */
    public static ModelProto vgg16() {
        Architectures net = new Architectures("vgg16");
        int[][] stages = {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}};
        String last = "image";
        int channels = 3;
        for (int[] stage : stages) {
            for (int i = 0; i < stage[1]; i++) {
                last = net.relu(net.conv(last, channels, stage[0], 3, 1, true));
                channels = stage[0];
            }
            last = net.pool("MaxPool", last, 2, 2, 0);
        }
        last = net.relu(net.dense(net.flatten(last), 512 * 7 * 7, 4096));
        last = net.relu(net.dense(last, 4096, 4096));
        return net.done(net.dense(last, 4096, CLASSES));
    }

    /** He and others, "Deep residual learning", 2016, with the stride in the middle of a block (version 1.5). */
    public static ModelProto resnet50() {
        Architectures net = new Architectures("resnet50");
        String last = net.relu(net.norm(net.conv("image", 3, 64, 7, 2, false), 64));
        last = net.pool("MaxPool", last, 3, 2, 1);
        int channels = 64;
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                last = net.bottleneck(last, channels, width, stride);
                channels = 4 * width;
            }
        }
        return net.done(net.dense(net.flatten(net.let("GlobalAveragePool", last)), channels, CLASSES));
    }

    private String bottleneck(String input, int from, int width, int stride) {
        String main = relu(norm(conv(input, from, width, 1, 1, false), width));
        main = relu(norm(conv(main, width, width, 3, stride, false), width));
        main = norm(conv(main, width, 4 * width, 1, 1, false), 4 * width);
        String skip = from == 4 * width && stride == 1
                ? input
                : norm(conv(input, from, 4 * width, 1, stride, false), 4 * width);
        return relu(let("Add", main, skip));
    }

    /** Huang and others, "Densely connected convolutional networks", 2017. */
    public static ModelProto densenet121() {
        Architectures net = new Architectures("densenet121");
        final int growth = 32;
        String last = net.relu(net.norm(net.conv("image", 3, 64, 7, 2, false), 64));
        last = net.pool("MaxPool", last, 3, 2, 1);
        int channels = 64;
        int[] blocks = {6, 12, 24, 16};
        for (int block = 0; block < blocks.length; block++) {
            for (int layer = 0; layer < blocks[block]; layer++) {
                String fresh = net.relu(net.norm(last, channels));
                fresh = net.relu(net.norm(net.conv(fresh, channels, 4 * growth, 1, 1, false), 4 * growth));
                fresh = net.conv(fresh, 4 * growth, growth, 3, 1, false);
                last = net.concat(last, fresh);
                channels += growth;
            }
            last = net.relu(net.norm(last, channels));
            if (block < blocks.length - 1) {
                last = net.conv(last, channels, channels / 2, 1, 1, false);
                channels /= 2;
                last = net.pool("AveragePool", last, 2, 2, 0);
            }
        }
        return net.done(net.dense(net.flatten(net.let("GlobalAveragePool", last)), channels, CLASSES));
    }

    private String next() {
        count++;
        return "t" + count;
    }

    private String let(String type, String... inputs) {
        String output = next();
        builder.let(output, type, inputs);
        return output;
    }

    private String relu(String input) {
        return let("Relu", input);
    }

    private String weight(long... dims) {
        String weight = next();
        builder.initializer(Tensors.vector(weight + "_dims", dims)).let(weight, "ConstantOfShape", weight + "_dims");
        return weight;
    }

    private String conv(String input, int from, int to, int kernel, int stride, boolean biased) {
        String weight = weight(to, from, kernel, kernel);
        String output = next();
        int pad = kernel / 2;
        NodeSpec spec = biased
                ? node("Conv").in(input, weight, weight(to))
                : node("Conv").in(input, weight);
        builder.add(spec.out(output).ints("pads", pad, pad, pad, pad).ints("strides", stride, stride));
        return output;
    }

    private String norm(String input, int channels) {
        return let("BatchNormalization", input, weight(channels), weight(channels), weight(channels), weight(channels));
    }

    private String pool(String type, String input, int kernel, int stride, int pad) {
        String output = next();
        builder.add(node(type)
                .in(input)
                .out(output)
                .ints("kernel_shape", kernel, kernel)
                .ints("strides", stride, stride)
                .ints("pads", pad, pad, pad, pad));
        return output;
    }

    private String concat(String one, String other) {
        String output = next();
        builder.add(node("Concat").in(one, other).out(output).with("axis", 1));
        return output;
    }

    private String flatten(String input) {
        return let("Flatten", input);
    }

    private String dense(String input, int from, int to) {
        return let("Gemm", input, weight(from, to), weight(to));
    }

    private ModelProto done(String last) {
        return builder.let("y", "Identity", last).output("y", FLOAT, 1, CLASSES).build();
    }
}
