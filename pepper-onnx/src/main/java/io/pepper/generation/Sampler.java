package io.pepper.generation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The choice of the next token. Not thread-safe. O(v log v) for a vocabulary of v tokens, O(v) if greedy. */
final class Sampler {
    private final Sampling sampling;
    private final SplittableRandom random;

    Sampler(Sampling sampling) {
        this.sampling = sampling;
        this.random = new SplittableRandom(sampling.seed());
    }

    /**
     * Chooses a token.
     *
     * @param logits a value for each token of the vocabulary; may be changed
     * @param seen the tokens so far
     */
    int next(float[] logits, List<Long> seen) {
        if (sampling.repetitionPenalty() != 1) {
            penalise(logits, seen);
        }
        if (sampling.temperature() == 0) {
            return greatest(logits);
        }
        int[] order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -logits[token]))
                .mapToInt(Integer::intValue)
                .limit(sampling.topK() == 0 ? logits.length : sampling.topK())
                .toArray();
        double[] weights = Arrays.stream(order)
                .mapToDouble(token -> Math.exp((logits[token] - logits[order[0]]) / sampling.temperature()))
                .toArray();
        double all = Arrays.stream(weights).sum();
        double kept = 0;
        int count = 0;
        while (count < weights.length && (count == 0 || kept < sampling.topP() * all)) {
            kept += weights[count];
            count++;
        }
        double at = random.nextDouble() * kept;
        for (int i = 0; i < count - 1; i++) {
            at -= weights[i];
            if (at < 0) {
                return order[i];
            }
        }
        return order[count - 1];
    }

    private void penalise(float[] logits, List<Long> seen) {
        seen.stream()
                .distinct()
                .filter(token -> token >= 0 && token < logits.length)
                .forEach(token -> {
                    int at = (int) (long) token;
                    double penalty = sampling.repetitionPenalty();
                    logits[at] = (float) (logits[at] > 0 ? logits[at] / penalty : logits[at] * penalty);
                });
    }

    /** Returns the first of the greatest values. */
    private static int greatest(float[] logits) {
        int best = 0;
        for (int token = 1; token < logits.length; token++) {
            if (logits[token] > logits[best]) {
                best = token;
            }
        }
        return best;
    }
}
