package io.pepper.measure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** A builder of a transformer encoder, layer by layer, from a vector for each position of a sequence. */
final class TextNetwork {
    /**
     * The form of an encoder.
     *
     * @param quantized whether products are of 8-bit integers, quantised on the fly
     * @param written whether normalisation is written as simple operators
     * @param open whether the model leaves the length of sequences open, so that runtimes cannot rely on it
     */
    record Style(boolean quantized, boolean written, boolean open) {}

    private final SmallModel model;
    private final long length;
    private final long width;
    private final long heads;
    private final Style style;
    private String at = "x";

    /** Inputs of several products are quantised once, as quantisation tools do. */
    private final Map<String, List<String>> quantizations = new HashMap<>();

    /**
     * Starts with a sequence.
     *
     * @param length number of positions
     * @param width size of the vector of each position
     * @param heads number of attention heads, which divides the width
     * @param style the form of the encoder
     */
    TextNetwork(long length, long width, long heads, Style style) {
        this.model = new SmallModel("network", 1, length, width);
        this.length = length;
        this.width = width;
        this.heads = heads;
        this.style = style;
        if (style.open) {
            model.open(1, "length");
        }
    }

    /** Adds attention and two fully connected layers, each with a short cut and a normalisation. */
    TextNetwork layer(long inner) {
        String attended = project(attention(), width, width);
        at = normal(model.then("Add", attended, at).last());
        String wide = gelu(project(at, width, inner));
        String narrow = project(wide, inner, width);
        at = normal(model.then("Add", narrow, at).last());
        return this;
    }

    private String attention() {
        String queries = split(project(at, width, width), 0L, 2L, 1L, 3L);
        String keys = split(project(at, width, width), 0L, 2L, 3L, 1L);
        String values = split(project(at, width, width), 0L, 2L, 1L, 3L);
        String scores = model.then("MatMul", queries, keys).last();
        String scaled = model.then("Div", scores, model.scalar((float) Math.sqrt((double) width / heads)))
                .last();
        String shares = model.then("Softmax", scaled).with("axis", -1).last();
        String mixed = model.then("MatMul", shares, values).last();
        String turned =
                model.then("Transpose", mixed).with("perm", 0L, 2L, 1L, 3L).last();
        return model.then("Reshape", turned, shaped(turned, width)).last();
    }

    private String split(String from, long... order) {
        String parts =
                model.then("Reshape", from, shaped(from, heads, width / heads)).last();
        return model.then("Transpose", parts).with("perm", order).last();
    }

    /** Reshapes a tensor with a vector for each position. The model computes the shape if it leaves the length open. */
    private String shaped(String from, long... vector) {
        if (!style.open) {
            return model.integers(LongStream.concat(LongStream.of(1, length), LongStream.of(vector))
                    .toArray());
        }
        String size = model.then("Shape", from).last();
        String places =
                model.then("Slice", size, model.integers(0), model.integers(2)).last();
        return model.then("Concat", places, model.integers(vector))
                .with("axis", 0)
                .last();
    }

    private String project(String from, long in, long out) {
        String product = style.quantized
                ? quantized(from, in, out)
                : model.then("MatMul", from, model.weight(in, out)).last();
        return model.then("Add", product, model.weight(out)).last();
    }

    private String quantized(String from, long in, long out) {
        List<String> bytes =
                quantizations.computeIfAbsent(from, again -> model.several("DynamicQuantizeLinear", 3, again));
        String product = model.then(
                        "MatMulInteger", bytes.get(0), model.byteWeight(in, out), bytes.get(2), model.zeroPoints(out))
                .last();
        String real = model.then("Cast", product).with("to", 1).last();
        // Each column has its own scale, and all weights differ: runtimes merge equal ones.
        String scale = model.then("Mul", bytes.get(1), model.weight(out)).last();
        return model.then("Mul", real, scale).last();
    }

    private String gelu(String from) {
        String part =
                model.then("Div", from, model.scalar((float) Math.sqrt(2))).last();
        String error = model.then("Erf", part).last();
        String sum = model.then("Add", error, model.scalar(1)).last();
        String product = model.then("Mul", from, sum).last();
        return model.then("Mul", product, model.scalar(0.5f)).last();
    }

    private String normal(String from) {
        if (!style.written) {
            return model.then("LayerNormalization", from, model.weight(width), model.weight(width))
                    .last();
        }
        String rest = model.then("Sub", from, mean(from)).last();
        String square = model.then("Pow", rest, model.scalar(2)).last();
        String more = model.then("Add", mean(square), model.scalar(1e-5f)).last();
        String root = model.then("Sqrt", more).last();
        String normal = model.then("Div", rest, root).last();
        String scaled = model.then("Mul", normal, model.weight(width)).last();
        return model.then("Add", scaled, model.weight(width)).last();
    }

    private String mean(String from) {
        return model.then("ReduceMean", from).with("axes", new long[] {-1}).last();
    }

    /** Ends with one vector for the sequence. */
    SmallModel pooled() {
        String mean = model.then("ReduceMean", at).with("axes", new long[] {1}).last();
        return model.then("Tanh", mean);
    }
}
