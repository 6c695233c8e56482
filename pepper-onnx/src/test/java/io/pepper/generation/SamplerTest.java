package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final int DRAWS = 20_000;

    /** The shares of tokens among many draws. */
    private static Map<Integer, Double> shares(Sampling sampling, float... logits) {
        Sampler sampler = new Sampler(sampling);
        Map<Integer, Double> shares = new TreeMap<>();
        for (int i = 0; i < DRAWS; i++) {
            shares.merge(sampler.next(logits.clone(), List.of()), 1.0 / DRAWS, Double::sum);
        }
        return shares;
    }

    @Test
    void greedyTakesTheFirstOfTheGreatest() {
        assertThat(new Sampler(Sampling.GREEDY).next(new float[] {-1, 3, 2, 3}, List.of()))
                .isEqualTo(1);
    }

    @Test
    void sharesAreTheSoftmaxOfTheLogitsByTemperature() {
        float[] logits = {0, 1, 2};
        for (double temperature : new double[] {0.5, 1, 3}) {
            Map<Integer, Double> found = shares(Sampling.GREEDY.withTemperature(temperature), logits);
            double all = Math.exp(0) + Math.exp(1 / temperature) + Math.exp(2 / temperature);
            for (int token = 0; token < 3; token++) {
                assertThat(found.get(token)).isCloseTo(Math.exp(token / temperature) / all, within(0.02));
            }
        }
    }

    @Test
    void theMostProbableTokensAloneAreChosenFrom() {
        Sampling warm = Sampling.GREEDY.withTemperature(1);
        assertThat(shares(warm.withTopK(2), 5, 4, 3, 2)).containsOnlyKeys(0, 1);
        assertThat(shares(warm.withTopP(0.6), 2, 2, 2, -50)).containsOnlyKeys(0, 1);
        assertThat(shares(warm.withTopP(0.01), 1, 2, 3)).containsOnlyKeys(2);
    }

    @Test
    void aTokenThatIsThereAlreadyIsLessProbable() {
        Sampler sampler = new Sampler(Sampling.GREEDY.withRepetitionPenalty(2));
        assertThat(sampler.next(new float[] {3, 2, 0}, List.of(0L, 0L))).isEqualTo(1);
        assertThat(sampler.next(new float[] {-3, -2, -9}, List.of(1L, 99L))).isEqualTo(0);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 0, 1, 1", "1, -1, 0, 1, 1", "1, 1, -1, 1, 1", "1, 1, 0, 0, 1", "1, 1, 0, 1.1, 1", "1, 1, 0, 1, 0"
    })
    void valuesOutOfRangeAreRefused(int count, double temperature, int topK, double topP, double penalty) {
        assertThatThrownBy(() -> new Sampling(count, temperature, topK, topP, penalty, 0, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is out of range");
    }
}
