package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.NodeProto;
import java.util.Set;

/**
 * Whether an operator gives the same outputs each time it gets the same inputs. Only such an operator may be copied into
 * several parts when all that it reads is constant.
 */
public final class Repeatability {
    private static final Set<String> RANDOM = Set.of(
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "Multinomial",
            "Bernoulli",
            "BiasDropout",
            "BitmaskDropout",
            "BitmaskBiasDropout",
            "Sampling");

    /** Domains whose operators are random only if they are listed above. */
    private static final Set<String> KNOWN_DOMAINS =
            Set.of("", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc");

    private static final int DROPOUT_TRAINING_MODE = 2;

    private Repeatability() {}

    static boolean isKnownDomain(String domain) {
        return KNOWN_DOMAINS.contains(domain);
    }

    /**
     * Whether an operator draws random numbers whatever its inputs are; a dropout does so in training only.
     *
     * @param node the operator, its bodies aside
     * @return whether it does
     */
    public static boolean drawsNumbers(NodeProto node) {
        return RANDOM.contains(node.getOpType());
    }

    static boolean isRandom(NodeProto node) {
        boolean mayTrain = node.getOpType().equals("Dropout")
                && node.getInputCount() > DROPOUT_TRAINING_MODE
                && !node.getInput(DROPOUT_TRAINING_MODE).isEmpty();
        return mayTrain || drawsNumbers(node);
    }
}
