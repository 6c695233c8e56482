package io.pepper.measure;

import java.util.List;

/** A builder of a convolutional network, block by block. It tracks the channels and the size of the current image. */
final class ImageNetwork {
    private final SmallModel model;
    private final String activation;
    private String at = "x";
    private long channels;
    private long size;

    /**
     * Starts with an image.
     *
     * @param activation the operator after every convolution; {@code swish} for a hard swish written as several
     *     operators
     * @param channels number of channels of the image
     * @param size height and width of the image
     */
    ImageNetwork(String activation, long channels, long size) {
        this.model = new SmallModel("network", 1, channels, size, size);
        this.activation = activation;
        this.channels = channels;
        this.size = size;
    }

    long channels() {
        return channels;
    }

    boolean isOfEvenSize() {
        return size % 2 == 0;
    }

    ImageNetwork conv(long out, long kernel, long stride) {
        return conv(out, kernel, stride, 1);
    }

    ImageNetwork conv(long out, long kernel, long stride, long group) {
        at = conv(at, channels, out, kernel, stride, group);
        channels = out;
        size = (size + stride - 1) / stride;
        return this;
    }

    private String conv(String from, long in, long out, long kernel, long stride, long group) {
        long pad = kernel / 2;
        return model.then("Conv", from, model.weight(out, in / group, kernel, kernel), model.weight(out))
                .with("kernel_shape", kernel, kernel)
                .with("pads", pad, pad, pad, pad)
                .with("strides", stride, stride)
                .with("group", (int) group)
                .last();
    }

    ImageNetwork active() {
        at = active(at);
        return this;
    }

    private String active(String from) {
        if (!activation.equals("swish")) {
            return model.then(activation, from).last();
        }
        String sum = model.then("Add", from, model.scalar(3)).last();
        String gate = model.then("Clip", sum, model.scalar(0), model.scalar(6)).last();
        String product = model.then("Mul", from, gate).last();
        return model.then("Div", product, model.scalar(6)).last();
    }

    ImageNetwork normal() {
        at = model.normalized(at, channels);
        return this;
    }

    ImageNetwork localResponse() {
        at = model.then("LRN", at).with("size", 5).last();
        return this;
    }

    ImageNetwork pool(String type) {
        at = pooled(type, at, 3, 2, 1);
        size = (size + 1) / 2;
        return this;
    }

    private String pooled(String type, String from, long window, long stride, long pad) {
        return model.then(type, from)
                .with("kernel_shape", window, window)
                .with("strides", stride, stride)
                .with("pads", pad, pad, pad, pad)
                .last();
    }

    /**
     * Adds an inverted bottleneck: expansion, depthwise convolution, projection, and a short cut if the shapes agree.
     */
    ImageNetwork inverted(long out, long expansion, long kernel, long stride, boolean squeeze) {
        String before = at;
        long in = channels;
        conv(in * expansion, 1, 1).active();
        conv(channels, kernel, stride, channels).active();
        if (squeeze) {
            squeezeAndExcite();
        }
        conv(out, 1, 1);
        return in == out && stride == 1 ? plus(before) : this;
    }

    private void squeezeAndExcite() {
        long narrow = Math.max(4, channels / 4);
        String mean = model.then("GlobalAveragePool", at).last();
        String less = conv(mean, channels, narrow, 1, 1, 1);
        String more = conv(model.then("Relu", less).last(), narrow, channels, 1, 1, 1);
        at = model.then("Mul", at, model.then("HardSigmoid", more).last()).last();
    }

    /** Adds a bottleneck: reduction, convolution, expansion, and a short cut. */
    ImageNetwork bottleneck(long out, long stride) {
        String before = at;
        long in = channels;
        long was = size;
        conv(out / 4, 1, 1).active();
        conv(out / 4, 3, stride).active();
        conv(out, 1, 1);
        boolean same = in == out && size == was;
        plus(same ? before : conv(before, in, out, 1, stride, 1));
        return active();
    }

    /** Adds two convolutions and a short cut. */
    ImageNetwork residual() {
        String before = at;
        conv(channels, 3, 1).active();
        conv(channels, 3, 1);
        plus(before);
        return active();
    }

    /** Adds a dense block: it appends a few channels to all existing ones. */
    ImageNetwork dense(long growth) {
        String before = at;
        long in = channels;
        normal().active();
        conv(4 * growth, 1, 1).normal().active();
        conv(growth, 3, 1);
        return concat(in + growth, before, at);
    }

    /** Adds pointwise, 3×3, 5×5 and pooled branches side by side. */
    ImageNetwork inception(long each) {
        String from = at;
        long in = channels;
        String one = active(conv(from, in, each, 1, 1, 1));
        String three = active(conv(active(conv(from, in, each / 2, 1, 1, 1)), each / 2, each, 3, 1, 1));
        String five = active(conv(active(conv(from, in, each / 4, 1, 1, 1)), each / 4, each / 2, 5, 1, 1));
        String pool = active(conv(pooled("MaxPool", from, 3, 1, 1), in, each / 2, 1, 1, 1));
        return concat(3 * each, one, three, five, pool);
    }

    /** Adds a reduction, then pointwise and 3×3 branches side by side. */
    ImageNetwork fire(long narrow, long out) {
        conv(narrow, 1, 1).active();
        String one = active(conv(at, narrow, out / 2, 1, 1, 1));
        String three = active(conv(at, narrow, out / 2, 3, 1, 1));
        return concat(out, one, three);
    }

    /** Adds a grouped pointwise convolution, a channel shuffle, a depthwise convolution, and a short cut. */
    ImageNetwork shuffle(long groups) {
        String before = at;
        shuffled(groups, 1);
        plus(before);
        return active();
    }

    /** Adds the same block at half the size. The input is pooled and kept, so that the channels double. */
    ImageNetwork shuffleDown(long groups) {
        String kept = pooled("AveragePool", at, 3, 2, 1);
        shuffled(groups, 2);
        concat(2 * channels, kept, at);
        return active();
    }

    /** Splits the channels, convolves one half, joins both and shuffles them. */
    ImageNetwork shuffleHalves(long kernel) {
        long whole = channels;
        List<String> halves = model.several("Split", 2, at);
        model.with("axis", 1);
        channels = whole / 2;
        at = halves.get(1);
        conv(channels, 1, 1).active();
        conv(channels, kernel, 1, channels);
        conv(channels, 1, 1).active();
        concat(whole, halves.get(0), at);
        shuffleChannels(2);
        return this;
    }

    /** Adds a bottleneck whose middle convolution has groups of a few channels, squeezed, and a short cut. */
    ImageNetwork grouped(long out, long width, long stride) {
        String before = at;
        long in = channels;
        conv(out, 1, 1).active();
        conv(out, 3, stride, out / width).active();
        squeezeAndExcite();
        conv(out, 1, 1);
        plus(in == out && stride == 1 ? before : conv(before, in, out, 1, stride, 1));
        return active();
    }

    private void shuffleChannels(long groups) {
        String split = model.then("Reshape", at, model.integers(1, groups, channels / groups, size, size))
                .last();
        String turned =
                model.then("Transpose", split).with("perm", 0L, 2L, 1L, 3L, 4L).last();
        at = model.then("Reshape", turned, model.integers(1, channels, size, size))
                .last();
    }

    private void shuffled(long groups, long stride) {
        conv(channels, 1, 1, groups).active();
        shuffleChannels(groups);
        conv(channels, 3, stride, channels);
        conv(channels, 1, 1, groups);
    }

    /** Adds a depthwise and a pointwise convolution; the short cut is padded to the number of channels. */
    ImageNetwork separable(long out, long kernel) {
        return separable(at, out, kernel, 1);
    }

    /** Adds the same block at half the size, which must be even; the short cut is pooled. */
    ImageNetwork separableDown(long out, long kernel) {
        return separable(pooled("MaxPool", at, 2, 2, 0), out, kernel, 2);
    }

    private ImageNetwork separable(String shortCut, long out, long kernel, long stride) {
        long more = out - channels;
        conv(channels, kernel, stride, channels);
        conv(out, 1, 1);
        plus(
                more == 0
                        ? shortCut
                        : model.then("Pad", shortCut, model.integers(0, 0, 0, 0, 0, more, 0, 0))
                                .last());
        return active();
    }

    /** Doubles the size, by interpolation or by a convolution. */
    ImageNetwork larger(boolean learned) {
        at = learned
                ? model.then("ConvTranspose", at, model.weight(channels, channels, 2, 2))
                        .with("strides", 2L, 2L)
                        .last()
                : model.then("Resize", at, "", model.scales(1, 1, 2, 2)).last();
        size *= 2;
        return this;
    }

    private ImageNetwork plus(String other) {
        at = model.then("Add", at, other).last();
        return this;
    }

    private ImageNetwork concat(long out, String... parts) {
        at = model.then("Concat", parts).with("axis", 1).last();
        channels = out;
        return this;
    }

    /** Ends with the mean of each channel and a fully connected layer. */
    SmallModel classified(long classes) {
        String mean = model.then("GlobalAveragePool", at).last();
        String flat = model.then("Flatten", mean).last();
        return model.then("Gemm", flat, model.weight(channels, classes), model.weight(classes));
    }

    /** Ends with fully connected layers on all elements. */
    SmallModel connected(long... widths) {
        String last = model.then("Flatten", at).last();
        long in = channels * size * size;
        for (long width : widths) {
            last = model.then("Gemm", last, model.weight(in, width), model.weight(width))
                    .last();
            last = model.then("Relu", last).last();
            in = width;
        }
        return model;
    }

    /** Ends with a recurrent layer that reads the columns of the image as a sequence. */
    SmallModel read(long hidden, long classes) {
        String columns = model.then("Reshape", at, model.integers(1, channels * size, size))
                .last();
        String steps = model.then("Transpose", columns).with("perm", 2L, 0L, 1L).last();
        String made = model.then(
                        "LSTM",
                        steps,
                        model.weight(2, 4 * hidden, channels * size),
                        model.weight(2, 4 * hidden, hidden))
                .with("hidden_size", (int) hidden)
                .with("direction", "bidirectional")
                .last();
        String turned =
                model.then("Transpose", made).with("perm", 2L, 0L, 1L, 3L).last();
        String rows = model.then("Reshape", turned, model.integers(1, size, 2 * hidden))
                .last();
        String product =
                model.then("MatMul", rows, model.weight(2 * hidden, classes)).last();
        return model.then(
                "Softmax", model.then("Add", product, model.weight(classes)).last());
    }

    /** Ends without further layers. */
    SmallModel end() {
        return model;
    }
}
