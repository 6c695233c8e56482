package io.pepper.measure;

import java.util.List;
import java.util.stream.Stream;

/**
 * The models of the {@linkplain OperatorSweep operator sweep} that say most about a device in about a minute. They were
 * chosen one after the other from those that took less than 8 ms on a processor of a server, by a greedy search on the
 * amounts of the sum of kernels that was fitted to the whole sweep, divided by the times:
 * <ul>
 * <li>first 40 that determine the costs of the families best (D-optimal on the share of each family in the time);
 * <li>then 24 that reduce the variance of predicted networks most (I-optimal on all amounts, over the sweep's networks).
 * </ul>
 *
 * <p>On that processor, a sum fitted to these 64 alone predicts whole models with a median error of 15 %, one fitted to all
 * models of the sweep with 8 %, and sums fitted to nine random choices of 64 with 15 to 25 %.
 */
final class ShortSweep {
    private static final String FAMILIES =
            """
            lrn-s56 gather-rows-1048576 resize-s80 convtranspose-s80 slice-rows-strided-1048576
            written-layernorm-l256 projection-l256 depthwise3x3-c3-s224 written-gelu-l256 softmax-l256
            gru-h256-l50 concat-rows-1048576 shuffle-s80 quantized-m128-k768 conv3x3-relu-c256-s14
            leakyrelu-1048576 sigmoid-300000 averagepool-c3-s224 sqrt-300000 exp-300000 conv1x1-c512-s7
            sqrt-1000 conv7x7-stride2 pad-channels-1048576 conv1x1-c3-s224 globalaveragepool-c48-s80
            network-text-quantized-15 depthwise5x5 globalaveragepool-c96-s32 network-mobile-7 layernorm-l256
            conv3x3-c256-s14 clip-1048576 resize-s56 lstm-h128-l50 gemm-m128-k512 lrn-s28 maxpool-c3-s224
            convtranspose-s56 erf-300000""";

    private static final String NETWORKS =
            """
            network-text-tiny-quantized-5 network-shuffle-2 network-tiny-9 network-text-odd-19
            network-bottleneck-10 network-shuffle-17 network-text-odd-18 network-residual-1 network-dense-7
            network-shuffle-deep-16 conv3x3-relu-c32-s56 network-text-deep-17 network-early-15
            network-mobile-1 network-tiny-6 network-text-deep-quantized-17 network-bottleneck-17
            network-segmenter-7 network-text-quantized-7 network-tiny-8 network-text-4 network-reader-7
            network-separable-3 network-connected-4""";

    private ShortSweep() {}

    /** Returns the names, the most telling first. */
    static List<String> names() {
        return Stream.of(FAMILIES, NETWORKS)
                .flatMap(names -> Stream.of(names.strip().split("\\s+", -1)))
                .toList();
    }
}
