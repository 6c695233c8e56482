package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.NodeProto;
import java.util.Set;

/**
 * The property of operators to give the same outputs for the same inputs each time. Only such operators may be copied
 * into several parts if all their inputs are constant.
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

    /** Most types of operators are shorter, and need no lookup. */
    private static final int SHORTEST =
            RANDOM.stream().mapToInt(String::length).min().orElseThrow();

    /** Domains whose operators are random only if they are listed above. */
    private static final Set<String> KNOWN_DOMAINS =
            Set.of("ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc");

    private static final int DROPOUT_TRAINING_MODE = 2;

    private Repeatability() {}

    static boolean isKnownDomain(String domain) {
        return domain.isEmpty() || KNOWN_DOMAINS.contains(domain);
    }

    /**
     * Returns whether an operator draws random numbers whatever its inputs are. A dropout does so only in training.
     *
     * @param node the operator, without its bodies
     * @return true if it does
     */
    public static boolean drawsNumbers(NodeProto node) {
        return draws(node.getOpType());
    }

    private static boolean draws(String type) {
        return type.length() >= SHORTEST && RANDOM.contains(type);
    }

    static boolean isRandom(NodeProto node) {
        String type = node.getOpType();
        boolean mayTrain = type.equals("Dropout")
                && node.getInputCount() > DROPOUT_TRAINING_MODE
                && !node.getInput(DROPOUT_TRAINING_MODE).isEmpty();
        return mayTrain || draws(type);
    }
}
