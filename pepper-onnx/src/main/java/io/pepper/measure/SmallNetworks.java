package io.pepper.measure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Small networks of the blocks of known architectures, in sizes drawn with a seed. From them a predictor learns the
 * costs of operators in combination, which single operators do not show.
 */
final class SmallNetworks {
    private static final int OF_A_KIND = 20;
    private static final int SEED = 4711;
    private static final long CLASSES = 100;

    private static final Map<String, Function<Random, SmallModel>> KINDS = kinds();

    private SmallNetworks() {}

    private static Map<String, Function<Random, SmallModel>> kinds() {
        Map<String, Function<Random, SmallModel>> kinds = new LinkedHashMap<>();
        kinds.put("mobile", SmallNetworks::mobile);
        kinds.put("residual", SmallNetworks::residual);
        kinds.put("bottleneck", SmallNetworks::bottleneck);
        kinds.put("dense", SmallNetworks::dense);
        kinds.put("inception", SmallNetworks::inception);
        kinds.put("fire", SmallNetworks::fire);
        kinds.put("shuffle", SmallNetworks::shuffle);
        kinds.put("shuffle-deep", SmallNetworks::deepShuffle);
        kinds.put("shuffle-halves", SmallNetworks::halvedShuffle);
        kinds.put("grouped", SmallNetworks::grouped);
        kinds.put("separable", SmallNetworks::separable);
        kinds.put("connected", SmallNetworks::connected);
        kinds.put("reader", SmallNetworks::reader);
        kinds.put("segmenter", SmallNetworks::segmenter);
        kinds.put("tiny", SmallNetworks::tiny);
        kinds.put("growing", SmallNetworks::growing);
        kinds.put("early", SmallNetworks::early);
        kinds.put("plain", SmallNetworks::plain);
        for (boolean quantized : new boolean[] {false, true}) {
            String ending = quantized ? "-quantized" : "";
            kinds.put("text" + ending, draw -> text(draw, quantized));
            kinds.put("text-tiny" + ending, draw -> tinyText(draw, quantized));
            kinds.put("text-odd" + ending, draw -> oddText(draw, quantized));
            kinds.put("text-deep" + ending, draw -> deepText(draw, quantized));
        }
        return kinds;
    }

    /**
     * Returns the networks.
     *
     * @return a builder of each network, by name
     */
    public static Map<String, Supplier<SmallModel>> all() {
        Map<String, Supplier<SmallModel>> networks = new LinkedHashMap<>();
        for (Map.Entry<String, Function<Random, SmallModel>> kind : KINDS.entrySet()) {
            for (int i = 0; i < OF_A_KIND; i++) {
                String name = "network-" + kind.getKey() + "-" + i;
                int seed = SEED * i + kind.getKey().hashCode();
                networks.put(name, () -> kind.getValue().apply(new Random(seed)));
            }
        }
        return networks;
    }

    /** Draws one of several values with equal probability. */
    private static long one(Random draw, long... of) {
        return of[draw.nextInt(of.length)];
    }

    private static String activation(Random draw) {
        return List.of("Relu", "Relu", "Sigmoid", "HardSwish", "swish").get(draw.nextInt(5));
    }

    private static ImageNetwork stem(Random draw, String activation) {
        ImageNetwork network = new ImageNetwork(activation, 3, one(draw, 48, 56, 64, 80, 96, 112, 128, 160, 224));
        return network.conv(one(draw, 8, 16, 24, 32), 3, 2).active();
    }

    private static SmallModel mobile(Random draw) {
        ImageNetwork network = stem(draw, activation(draw));
        boolean squeeze = draw.nextBoolean();
        long kernel = one(draw, 3, 5);
        for (long blocks = one(draw, 2, 4, 8, 12); blocks > 0; blocks--) {
            boolean down = draw.nextInt(3) == 0;
            long out = down ? network.channels() * 3 / 2 : network.channels();
            network.inverted(out, one(draw, 2, 4, 6), kernel, down ? 2 : 1, squeeze);
        }
        return network.classified(CLASSES);
    }

    private static SmallModel residual(Random draw) {
        ImageNetwork network = stem(draw, "Relu").pool("MaxPool");
        for (long blocks = one(draw, 1, 2, 4, 6); blocks > 0; blocks--) {
            network.residual();
            if (draw.nextInt(3) == 0) {
                network.conv(2 * network.channels(), 3, 2).active();
            }
        }
        return network.classified(CLASSES);
    }

    private static SmallModel bottleneck(Random draw) {
        ImageNetwork network = stem(draw, "Relu").pool("MaxPool");
        long out = one(draw, 64, 128, 256);
        for (long blocks = one(draw, 2, 4, 8, 10); blocks > 0; blocks--) {
            boolean down = draw.nextInt(4) == 0;
            out = down ? Math.min(1024, 2 * out) : out;
            network.bottleneck(out, down ? 2 : 1);
        }
        return network.classified(CLASSES);
    }

    private static SmallModel dense(Random draw) {
        ImageNetwork network = stem(draw, "Relu").pool("MaxPool");
        long growth = one(draw, 8, 16, 32);
        for (long blocks = one(draw, 3, 6, 12); blocks > 0; blocks--) {
            network.dense(growth);
            if (draw.nextInt(6) == 0) {
                network.conv(network.channels() / 2, 1, 1).pool("AveragePool");
            }
        }
        return network.classified(CLASSES);
    }

    private static SmallModel inception(Random draw) {
        ImageNetwork network = stem(draw, "Relu").pool("MaxPool");
        if (draw.nextBoolean()) {
            network.localResponse();
        }
        for (long blocks = one(draw, 1, 2, 4); blocks > 0; blocks--) {
            network.inception(one(draw, 16, 32, 64, 96));
        }
        return network.classified(CLASSES);
    }

    private static SmallModel fire(Random draw) {
        ImageNetwork network = stem(draw, "Relu").pool("MaxPool");
        for (long blocks = one(draw, 2, 4, 8); blocks > 0; blocks--) {
            long out = one(draw, 64, 128, 256);
            network.fire(out / 8, out);
        }
        return network.classified(CLASSES);
    }

    private static SmallModel shuffle(Random draw) {
        ImageNetwork network = stem(draw, "Relu");
        network.conv(one(draw, 48, 96, 144, 240), 1, 1).pool("MaxPool");
        for (long blocks = one(draw, 2, 4, 8); blocks > 0; blocks--) {
            network.shuffle(one(draw, 2, 3, 4));
        }
        return network.classified(CLASSES);
    }

    /** Returns a network like the later layers of such networks: many channels on small images. */
    private static SmallModel deepShuffle(Random draw) {
        long groups = one(draw, 2, 3, 4, 8);
        ImageNetwork network = new ImageNetwork("Relu", 3, one(draw, 14, 28, 56, 64));
        network.conv(groups * one(draw, 17, 24, 34, 48, 68), 1, 2).active();
        for (long blocks = one(draw, 2, 4, 8); blocks > 0; blocks--) {
            if (draw.nextInt(3) == 0 && network.channels() <= 320) {
                network.shuffleDown(groups);
            } else {
                network.shuffle(groups);
            }
        }
        return network.classified(CLASSES);
    }

    /** Returns a network whose blocks split the channels, compute on one half, and shuffle both. */
    private static SmallModel halvedShuffle(Random draw) {
        ImageNetwork network = new ImageNetwork("Relu", 3, one(draw, 28, 56, 64, 112, 160));
        network.conv(2 * one(draw, 12, 24, 29, 36, 58, 72, 116), 3, 2).active();
        for (long blocks = one(draw, 2, 4, 8, 12); blocks > 0; blocks--) {
            network.shuffleHalves(one(draw, 3, 3, 5));
        }
        return network.classified(CLASSES);
    }

    /** Returns a network of bottlenecks whose convolutions have groups of a few channels. */
    private static SmallModel grouped(Random draw) {
        ImageNetwork network = stem(draw, "Relu");
        long width = one(draw, 8, 16);
        for (long blocks = one(draw, 2, 4, 8); blocks > 0; blocks--) {
            boolean down = draw.nextInt(3) == 0;
            network.grouped(width * (network.channels() / width + (down ? 4 : 1)), width, down ? 2 : 1);
        }
        return network.classified(CLASSES);
    }

    private static SmallModel separable(Random draw) {
        ImageNetwork network = stem(draw, "Relu");
        for (long blocks = one(draw, 3, 6, 12, 16); blocks > 0; blocks--) {
            network.separable(network.channels() + one(draw, 0, 0, 4, 8), one(draw, 3, 5));
            if (draw.nextInt(5) == 0) {
                network.pool("MaxPool");
            }
        }
        return network.end();
    }

    private static SmallModel connected(Random draw) {
        ImageNetwork network = new ImageNetwork("Relu", 3, one(draw, 64, 96, 128));
        network.conv(one(draw, 32, 64, 96), one(draw, 3, 5, 7), 2).active();
        if (draw.nextBoolean()) {
            network.localResponse();
        }
        network.pool("MaxPool").conv(one(draw, 64, 128), 5, 1, one(draw, 1, 2)).active();
        if (draw.nextBoolean()) {
            network.localResponse();
        }
        network.pool("MaxPool").pool("MaxPool");
        return network.connected(one(draw, 256, 1024, 2048), one(draw, 256, 1024, 2048), CLASSES);
    }

    private static SmallModel reader(Random draw) {
        ImageNetwork network = new ImageNetwork(activation(draw), 3, one(draw, 32, 48, 64, 96));
        network.conv(one(draw, 16, 32), 3, 2).active();
        for (long blocks = one(draw, 1, 2, 4); blocks > 0; blocks--) {
            network.inverted(network.channels(), 4, 3, 1, false);
        }
        network.pool("MaxPool");
        return network.read(one(draw, 16, 48, 96), one(draw, 100, 1000, 6000));
    }

    private static SmallModel segmenter(Random draw) {
        ImageNetwork network = stem(draw, activation(draw));
        for (long blocks = one(draw, 1, 2, 4); blocks > 0; blocks--) {
            network.inverted(network.channels(), 4, one(draw, 3, 5), 1, draw.nextBoolean());
        }
        network.conv(one(draw, 24, 48, 96), 3, 2).active();
        boolean learned = draw.nextBoolean();
        return network.larger(learned).conv(24, 3, 1).active().larger(learned).end();
    }

    /** Returns a network like detectors for small devices: few channels that grow slowly and do not fill vectors. */
    private static SmallModel growing(Random draw) {
        ImageNetwork network = new ImageNetwork("Relu", 3, one(draw, 64, 96, 128, 160, 192, 256));
        network.conv(one(draw, 8, 20, 24, 28, 36), one(draw, 3, 5), 2).active();
        for (long blocks = one(draw, 3, 6, 12, 16); blocks > 0; blocks--) {
            long out = network.channels() + one(draw, 0, 2, 4, 6, 8, 14);
            if (draw.nextInt(4) == 0 && network.isOfEvenSize()) {
                network.separableDown(out, 3);
            } else {
                network.separable(out, one(draw, 3, 3, 5));
            }
        }
        return network.end();
    }

    /** Returns a network like the first layers of detectors: few channels of planes that exceed a core's cache. */
    private static SmallModel early(Random draw) {
        ImageNetwork network = new ImageNetwork(activation(draw), 3, one(draw, 192, 224, 256, 288, 320));
        network.conv(one(draw, 16, 24, 32), one(draw, 3, 5), 2).active();
        boolean separable = draw.nextBoolean();
        for (long blocks = one(draw, 1, 2, 4, 6); blocks > 0; blocks--) {
            if (separable) {
                network.separable(network.channels() + one(draw, 0, 4), one(draw, 3, 5));
            } else {
                network.inverted(network.channels(), one(draw, 1, 2, 4), one(draw, 3, 5), 1, false);
            }
        }
        return network.end();
    }

    /**
     * Returns a network like large networks of plain convolutions: several in a row, then half the size and twice the
     * channels.
     */
    private static SmallModel plain(Random draw) {
        ImageNetwork network = new ImageNetwork("Relu", 3, one(draw, 64, 96, 128, 160, 224));
        long out = one(draw, 32, 48, 64);
        for (long stages = one(draw, 2, 3, 4, 5); stages > 0; stages--) {
            for (long convolutions = one(draw, 1, 2, 3); convolutions > 0; convolutions--) {
                network.conv(out, 3, 1).active();
            }
            network.pool("MaxPool");
            out = Math.min(512, 2 * out);
        }
        return network.classified(CLASSES);
    }

    private static SmallModel tiny(Random draw) {
        ImageNetwork network = new ImageNetwork(activation(draw), 3, one(draw, 16, 24, 32, 48));
        network.conv(one(draw, 8, 16), 3, 2).active();
        boolean squeeze = draw.nextBoolean();
        for (long blocks = one(draw, 1, 3, 6, 11); blocks > 0; blocks--) {
            network.inverted(network.channels(), one(draw, 2, 3, 6), one(draw, 3, 5), 1, squeeze);
        }
        return network.classified(one(draw, 2, 10, CLASSES));
    }

    private static TextNetwork.Style style(Random draw, boolean quantized) {
        return new TextNetwork.Style(quantized, draw.nextBoolean(), draw.nextBoolean());
    }

    private static SmallModel text(Random draw, boolean quantized) {
        long width = one(draw, 64, 128, 256, 384);
        long length = one(draw, 8, 16, 32, 64, 128);
        return layers(draw, new TextNetwork(length, width, width / 32, style(draw, quantized)), width, 1, 1, 2, 3);
    }

    private static SmallModel tinyText(Random draw, boolean quantized) {
        long width = one(draw, 32, 64, 128);
        long length = one(draw, 2, 4, 8, 16);
        return layers(draw, new TextNetwork(length, width, 2, style(draw, quantized)), width, 1, 2);
    }

    /** Returns an encoder of widths that do not fill vectors. */
    private static SmallModel oddText(Random draw, boolean quantized) {
        long heads = one(draw, 1, 2, 4);
        long width = heads * one(draw, 25, 50, 78);
        long length = one(draw, 4, 12, 16, 24, 48);
        return layers(draw, new TextNetwork(length, width, heads, style(draw, quantized)), width, 1, 2, 4);
    }

    /** Returns an encoder with more weights than a processor keeps in its caches between runs. */
    private static SmallModel deepText(Random draw, boolean quantized) {
        long width = one(draw, 256, 384, 512);
        long length = one(draw, 8, 32, 64, 128);
        return layers(draw, new TextNetwork(length, width, width / 32, style(draw, quantized)), width, 4, 6, 8);
    }

    private static SmallModel layers(Random draw, TextNetwork network, long width, long... counts) {
        for (long layers = one(draw, counts); layers > 0; layers--) {
            network.layer(width * one(draw, 2, 4));
        }
        return network.pooled();
    }
}
