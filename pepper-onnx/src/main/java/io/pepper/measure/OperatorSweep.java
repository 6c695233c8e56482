package io.pepper.measure;

import io.pepper.internal.text.WholeFile;
import io.pepper.model.InputShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Small models, each of one kind and size of operator, which profile a device without a model of the user: convolutions
 * (dense, pointwise, depthwise), fully connected layers, matrix products, pooling, normalisation, attention,
 * elementwise and recurrent operators, and operators that move data, on a grid from small to large; and small networks
 * of the blocks of known architectures.
 */
public final class OperatorSweep {
    /** The model name of the sweep in data sets; its models are pieces of it. */
    public static final String MODEL = "sweep";

    private final Map<String, Supplier<SmallModel>> models = new LinkedHashMap<>();

    private OperatorSweep() {
        convolutions();
        products();
        quantized();
        transformerBlocks();
        attention();
        elementwise();
        recurrent();
        models.putAll(CopyModels.all());
        models.putAll(SmallNetworks.all());
    }

    /**
     * Returns the names of the models.
     *
     * @return the names, for instance {@code conv3x3-c64-s28}
     */
    public static List<String> names() {
        return List.copyOf(new OperatorSweep().models.keySet());
    }

    /**
     * Returns the names of the models that say most about a device in about a minute.
     *
     * @return some of {@link #names}, the most telling first
     */
    public static List<String> shortNames() {
        return ShortSweep.names();
    }

    /**
     * Writes all models, with the same bytes every time.
     *
     * @param directory the directory of the files, created if it is missing
     * @return the files, one for each name, with the extension {@code .onnx}
     * @throws IOException if a file cannot be written
     */
    public static List<Path> write(Path directory) throws IOException {
        return write(directory, names());
    }

    /**
     * Writes selected models.
     *
     * @param directory the directory of the files, created if it is missing
     * @param names some of {@link #names}
     * @return the files, one for each name, in that order
     * @throws IllegalArgumentException if there is no model of a name
     * @throws IOException if a file cannot be written
     */
    public static List<Path> write(Path directory, List<String> names) throws IOException {
        Map<String, Supplier<SmallModel>> models = new OperatorSweep().models;
        Files.createDirectories(directory);
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            Path file = directory.resolve(name + ".onnx");
            WholeFile.write(file, of(models, name)::write);
            files.add(file);
        }
        return files;
    }

    /**
     * Returns the sizes that a model leaves open, as text encoders do.
     *
     * @param name one of {@link #names}
     * @return the intended sizes; none if the model states all of them
     * @throws IllegalArgumentException if there is no model of the name
     */
    public static InputShapes sizes(String name) {
        InputShapes sizes = InputShapes.NONE;
        for (Map.Entry<String, Long> open :
                of(new OperatorSweep().models, name).openSizes().entrySet()) {
            sizes = sizes.withDimension(open.getKey(), open.getValue());
        }
        return sizes;
    }

    private static SmallModel of(Map<String, Supplier<SmallModel>> models, String name) {
        Supplier<SmallModel> model = models.get(name);
        if (model == null) {
            throw new IllegalArgumentException("there is no model '" + name + "' in the sweep");
        }
        return model.get();
    }

    private void put(String name, Supplier<SmallModel> model) {
        models.put(name.toLowerCase(Locale.ROOT), model);
    }

    private void convolutions() {
        // Includes numbers of channels that do not fill vectors, and images whose rows collide in a cache.
        long[][] grid = {
            {3, 224}, {16, 112}, {32, 56}, {64, 56}, {64, 28}, {128, 28}, {256, 14}, {512, 7}, //
            {24, 64}, {28, 32}, {48, 80}, {42, 20}, {72, 14}, {96, 32}, {8, 112}
        };
        for (long[] at : grid) {
            long channels = at[0];
            long size = at[1];
            String place = "-c" + channels + "-s" + size;
            long out = Math.max(channels, 32);
            put("conv1x1" + place, () -> conv(channels, out, size, 1, 1, 1));
            put("conv3x3" + place, () -> conv(channels, out, size, 3, 1, 1));
            put("conv3x3-stride2" + place, () -> conv(channels, out, size, 3, 2, 1));
            put("depthwise3x3" + place, () -> conv(channels, channels, size, 3, 1, channels));
            put("conv3x3-relu" + place, () -> conv(channels, out, size, 3, 1, 1).then("Relu", "t2"));
            put("maxpool" + place, () -> pool("MaxPool", channels, size));
            put("averagepool" + place, () -> pool("AveragePool", channels, size));
            put("globalaveragepool" + place, () -> image(channels, size).then("GlobalAveragePool", "x"));
        }
        for (long channels : new long[] {4, 8, 12}) {
            for (long size : new long[] {28, 160}) {
                String place = "-c" + channels + "-s" + size;
                put("conv1x1-narrow" + place, () -> conv(channels, channels, size, 1, 1, 1));
                put("conv3x3-narrow" + place, () -> conv(channels, channels, size, 3, 1, 1));
                put("conv1x1-widening" + place, () -> conv(channels, 4 * channels, size, 1, 1, 1));
            }
        }
        for (long size : new long[] {14, 28, 56, 80}) {
            put("lrn-s" + size, () -> image(64, size).then("LRN", "x").with("size", 5));
            put("resize-s" + size, () -> {
                SmallModel model = image(64, size);
                return model.then("Resize", "x", "", model.scales(1, 1, 2, 2));
            });
            put("convtranspose-s" + size, () -> enlarging(32, size));
            put("convtranspose-norm-relu-s" + size, () -> {
                SmallModel model = enlarging(24, size);
                return model.then("Relu", model.normalized(model.last(), 24));
            });
            put("conv-norm-relu-s" + size, () -> block(64, size));
            put("shuffle-s" + size, () -> {
                SmallModel model = image(64, size);
                return model.then("Transpose", "x").with("perm", 0L, 2L, 3L, 1L);
            });
        }
        put("conv7x7-stride2", () -> conv(3, 64, 224, 7, 2, 1));
        put("conv5x5-grouped", () -> conv(64, 64, 28, 5, 1, 4));
        put("depthwise5x5", () -> conv(128, 128, 14, 5, 1, 128));
    }

    private static SmallModel image(long channels, long size) {
        return new SmallModel(MODEL, 1, channels, size, size);
    }

    private static SmallModel conv(long in, long out, long size, long kernel, long stride, long group) {
        SmallModel model = image(in, size);
        String weight = model.weight(out, in / group, kernel, kernel);
        String bias = model.weight(out);
        long pad = kernel / 2;
        return model.then("Conv", "x", weight, bias)
                .with("kernel_shape", kernel, kernel)
                .with("pads", pad, pad, pad, pad)
                .with("strides", stride, stride)
                .with("group", (int) group);
    }

    private static SmallModel block(long channels, long size) {
        SmallModel model = conv(channels, channels, size, 3, 1, 1);
        String active =
                model.then("Relu", model.normalized(model.last(), channels)).last();
        return model.then("Add", active, "x");
    }

    private static SmallModel enlarging(long channels, long size) {
        SmallModel model = image(channels, size);
        return model.then("ConvTranspose", "x", model.weight(channels, channels, 2, 2))
                .with("strides", 2L, 2L);
    }

    private static SmallModel pool(String type, long channels, long size) {
        return image(channels, size)
                .then(type, "x")
                .with("kernel_shape", 3L, 3L)
                .with("strides", 2L, 2L)
                .with("pads", 1L, 1L, 1L, 1L);
    }

    private void products() {
        for (long rows : new long[] {1, 16, 128}) {
            for (long width :
                    rows > 16 ? new long[] {64, 256, 512, 1024, 2048} : new long[] {64, 256, 512, 1024, 2048, 4096}) {
                put("gemm-m" + rows + "-k" + width, () -> {
                    SmallModel model = new SmallModel(MODEL, rows, width);
                    String weight = model.weight(width, width);
                    String bias = model.weight(width);
                    return model.then("Gemm", "x", weight, bias);
                });
            }
            for (long width : new long[] {128, 384, 768}) {
                put("matmul-m" + rows + "-k" + width, () -> {
                    SmallModel model = new SmallModel(MODEL, 1, rows, width);
                    return model.then("MatMul", "x", model.weight(width, 4 * width));
                });
            }
        }
    }

    private void quantized() {
        for (long rows : new long[] {1, 16, 128}) {
            for (long width : new long[] {128, 384, 768}) {
                put("quantized-m" + rows + "-k" + width, () -> {
                    SmallModel model = new SmallModel(MODEL, rows, width);
                    List<String> quantized = model.several("DynamicQuantizeLinear", 3, "x");
                    String product = model.then(
                                    "MatMulInteger",
                                    quantized.get(0),
                                    model.byteWeight(width, width),
                                    quantized.get(2),
                                    model.zeroPoints(width))
                            .last();
                    String real = model.then("Cast", product).with("to", 1).last();
                    String scale = model.then("Mul", quantized.get(1), model.weight(width))
                            .last();
                    return model.then("Mul", real, scale);
                });
            }
        }
    }

    private void transformerBlocks() {
        for (long length : new long[] {16, 64, 256}) {
            put("written-layernorm-l" + length, () -> {
                SmallModel model = new SmallModel(MODEL, 1, length, 384);
                String mean = model.then("ReduceMean", "x")
                        .with("axes", new long[] {-1})
                        .last();
                String rest = model.then("Sub", "x", mean).last();
                String square = model.then("Pow", rest, model.scalar(2)).last();
                String variance = model.then("ReduceMean", square)
                        .with("axes", new long[] {-1})
                        .last();
                String more = model.then("Add", variance, model.scalar(1e-5f)).last();
                String root = model.then("Sqrt", more).last();
                String normal = model.then("Div", rest, root).last();
                String scaled = model.then("Mul", normal, model.weight(384)).last();
                return model.then("Add", scaled, model.weight(384));
            });
            put("written-gelu-l" + length, () -> {
                SmallModel model = new SmallModel(MODEL, 1, length, 1536);
                String part = model.then("Div", "x", model.scalar(1.4142135f)).last();
                String error = model.then("Erf", part).last();
                String sum = model.then("Add", error, model.scalar(1)).last();
                String product = model.then("Mul", "x", sum).last();
                return model.then("Mul", product, model.scalar(0.5f));
            });
            put("projection-l" + length, () -> {
                SmallModel model = new SmallModel(MODEL, 1, length, 384);
                String product =
                        model.then("MatMul", "x", model.weight(384, 384)).last();
                return model.then("Add", product, model.weight(384));
            });
        }
    }

    private void attention() {
        for (long length : new long[] {16, 64, 128, 256}) {
            for (long heads : new long[] {2, 12}) {
                put("attention-l" + length + "-h" + heads, () -> {
                    SmallModel model = new SmallModel(MODEL, 1, heads, length, 32);
                    String keys = model.then("Transpose", "x")
                            .with("perm", 0L, 1L, 3L, 2L)
                            .last();
                    String scores = model.then("MatMul", "x", keys).last();
                    String shares = model.then("Softmax", scores).last();
                    return model.then("MatMul", shares, "x");
                });
            }
            put("layernorm-l" + length, () -> {
                SmallModel model = new SmallModel(MODEL, 1, length, 384);
                return model.then("LayerNormalization", "x", model.weight(384), model.weight(384));
            });
            put("layernorm-short-l" + length, () -> {
                SmallModel model = new SmallModel(MODEL, 1, Math.max(1, length / 16), 64);
                return model.then("LayerNormalization", "x", model.weight(64), model.weight(64));
            });
            put("softmax-l" + length, () -> new SmallModel(MODEL, 12, length, length).then("Softmax", "x"));
            put("reducemean-l" + length, () -> new SmallModel(MODEL, 1, length, 384)
                    .then("ReduceMean", "x")
                    .with("axes", new long[] {-1}));
        }
    }

    private void elementwise() {
        for (long size : new long[] {1_000, 30_000, 300_000, 3_000_000}) {
            for (String type : List.of("Relu", "Sigmoid", "Tanh", "Erf", "Sqrt", "Exp")) {
                put(type + "-" + size, () -> new SmallModel(MODEL, 1, size).then(type, "x"));
            }
            put("add-" + size, () -> new SmallModel(MODEL, 1, size).then("Add", "x", "x"));
            put("mul-bias-" + size, () -> {
                SmallModel model = new SmallModel(MODEL, size / 100, 100);
                return model.then("Mul", "x", model.weight(100));
            });
            put("transpose-" + size, () -> new SmallModel(MODEL, size / 100, 100)
                    .then("Transpose", "x")
                    .with("perm", 1L, 0L));
            put("concat-" + size, () -> new SmallModel(MODEL, 1, size)
                    .then("Concat", "x", "x")
                    .with("axis", 0));
        }
        for (long size : new long[] {14, 56, 112}) {
            put("batchnorm-s" + size, () -> {
                SmallModel model = image(64, size);
                String[] weights = {model.weight(64), model.weight(64), model.weight(64)};
                String variance = model.then("Abs", weights[2]).last();
                return model.then("BatchNormalization", "x", weights[0], weights[1], weights[2], variance);
            });
        }
        for (int depth : new int[] {4, 16, 64}) {
            put("chain-" + depth, () -> {
                SmallModel model = new SmallModel(MODEL, 1, 256);
                String at = "x";
                for (int i = 0; i < depth; i++) {
                    at = model.then(i % 2 == 0 ? "Sin" : "Softsign", at).last();
                }
                return model;
            });
        }
    }

    private void recurrent() {
        for (long hidden : new long[] {32, 128, 256}) {
            for (long length : new long[] {10, 50}) {
                put("lstm-h" + hidden + "-l" + length, () -> recurrent("LSTM", 4, hidden, length));
                put("gru-h" + hidden + "-l" + length, () -> recurrent("GRU", 3, hidden, length));
            }
        }
    }

    private static SmallModel recurrent(String type, long gates, long hidden, long length) {
        SmallModel model = new SmallModel(MODEL, length, 1, hidden);
        return model.then(type, "x", model.weight(1, gates * hidden, hidden), model.weight(1, gates * hidden, hidden))
                .with("hidden_size", (int) hidden);
    }
}
