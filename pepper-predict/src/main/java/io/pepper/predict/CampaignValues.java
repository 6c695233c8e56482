package io.pepper.predict;

import io.pepper.generation.GenerationLoad;
import io.pepper.model.Isolation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The values of {@link CampaignOptions}: under change, and then no longer changed. */
final class CampaignValues {
    private static final int MAX_LIST = 100;
    private static final int MAX_PIECES = 100_000;
    private static final int MAX_CANDIDATES = 200;
    private static final int MAX_THREADS = 1_024;
    private static final int MAX_ROUNDS = 10_000;
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final String RANDOM = "random";

    List<CampaignOptions.Model> models = List.of();
    CampaignOptions.Sweep sweep = CampaignOptions.Sweep.NONE;
    int pieces = 8;
    OptionalInt candidates = OptionalInt.empty();
    Optional<GenerationLoad> generation = Optional.empty();
    List<String> loads = List.of("0", "25", "50", "75", "100");
    List<Integer> threads = List.of(1, 2);
    int rounds = 3;
    Duration budget = Duration.ofMillis(50);
    Duration quietWait = Duration.ofSeconds(30);
    String provider = "CPU";
    Optional<Isolation> isolation = Optional.empty();

    CampaignValues() {}

    CampaignValues(CampaignValues from) {
        models = List.copyOf(from.models);
        sweep = from.sweep;
        pieces = from.pieces;
        candidates = from.candidates;
        generation = from.generation;
        loads = List.copyOf(from.loads);
        threads = List.copyOf(from.threads);
        rounds = from.rounds;
        budget = from.budget;
        quietWait = from.quietWait;
        provider = from.provider;
        isolation = from.isolation;
    }

    /** Refuses values out of their ranges. */
    void check() {
        require(pieces >= 0 && pieces <= MAX_PIECES, "pieces", pieces);
        int most = candidates.orElse(1);
        require(most >= 0 && most <= MAX_CANDIDATES, "candidates", most);
        require(models.size() <= MAX_LIST, "the number of models", models.size());
        require(!loads.isEmpty() && loads.size() <= MAX_LIST, "the number of loads", loads.size());
        Optional<RandomLoads> unused = randomLoads();
        require(!threads.isEmpty() && threads.size() <= MAX_LIST, "the number of numbers of threads", threads.size());
        threads.forEach(count -> require(count >= 1 && count <= MAX_THREADS, "threads", count));
        require(rounds >= 1 && rounds <= MAX_ROUNDS, "rounds", rounds);
        require(isWithin(budget, Duration.ofNanos(1)), "the time of a measurement", budget);
        require(isWithin(quietWait, Duration.ZERO), "the wait for other processes", quietWait);
    }

    private static boolean isWithin(Duration value, Duration least) {
        return value.compareTo(least) >= 0 && value.compareTo(LONGEST) <= 0;
    }

    private static void require(boolean right, String what, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /** Returns the range of loads if they are drawn; refuses loads that are none. */
    Optional<RandomLoads> randomLoads() {
        if (loads.stream().anyMatch(load -> load.startsWith(RANDOM))) {
            if (loads.size() > 1) {
                throw new IllegalArgumentException("a random range of loads stands alone");
            }
            return Optional.of(RandomLoads.parse(loads.get(0)));
        }
        loads.forEach(load -> require(LoadLevel.parse(load).threads() <= MAX_THREADS, "load", load));
        return Optional.empty();
    }
}
