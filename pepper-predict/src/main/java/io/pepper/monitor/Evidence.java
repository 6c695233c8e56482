package io.pepper.monitor;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evidence on whether two targets are one board that is scraped twice. All values that both report must agree: the
 * system, the cores, the memory, the boot time, and the idle time of the processor since then, which two boards do not
 * share for long.
 *
 * @param bootSeconds boot time of each target, in seconds since the epoch
 * @param idleSeconds idle time of all cores of each target since boot, in seconds
 */
record Evidence(Map<Target, Double> bootSeconds, Map<Target, Double> idleSeconds) {
    /** Labels of places. Boards at different places are different boards. */
    private static final Set<String> PLACES = Set.of(
            "cluster",
            "k8s_cluster",
            "site",
            "location",
            "region",
            "zone",
            "availability_zone",
            "datacenter",
            "dc",
            "rack",
            "room",
            "plant",
            "environment",
            "env",
            "tenant",
            "customer",
            "fleet");

    private static final double BOOT_SLACK_SECONDS = 2;
    private static final double SCRAPE_SLACK_SECONDS = 2;

    /** No evidence, for targets that need no comparison. */
    static final Evidence NONE = new Evidence(Map.of(), Map.of());

    /**
     * Returns whether two targets with the same identity are one board: no evidence contradicts it, and some supports
     * it.
     */
    boolean isSame(Target one, Target other) {
        return !differ(one, other)
                && (agree(one, other, Fact.CORES)
                        || agree(one, other, Fact.MEMORY)
                        || (!one.systems.isEmpty() && one.systems.equals(other.systems))
                        || complement(one, other));
    }

    /** Returns whether two targets with different identities are one board: all evidence exists and supports it. */
    boolean isSurelySame(Target one, Target other) {
        return !differ(one, other)
                && !one.systems.isEmpty()
                && one.systems.equals(other.systems)
                && agree(one, other, Fact.CORES)
                && agree(one, other, Fact.MEMORY)
                && bootSeconds.containsKey(one)
                && bootSeconds.containsKey(other)
                && idleSeconds.containsKey(one)
                && idleSeconds.containsKey(other);
    }

    /** Returns whether the targets are two exporters of one board that report different facts. */
    private static boolean complement(Target one, Target other) {
        return one.facts.keySet().stream().noneMatch(other.facts::containsKey);
    }

    /** Returns whether the labels place the targets at different locations. */
    boolean isElsewhere(Target one, Target other) {
        return PLACES.stream().anyMatch(place -> differ(one.labels.get(place), other.labels.get(place)));
    }

    private boolean differ(Target one, Target other) {
        return isElsewhere(one, other)
                || (!one.systems.isEmpty() && !other.systems.isEmpty() && !one.systems.equals(other.systems))
                || differ(one, other, Fact.CORES)
                || differ(one, other, Fact.MEMORY)
                || apart(bootSeconds, one, other, BOOT_SLACK_SECONDS)
                || apart(idleSeconds, one, other, idleSlack(one, other));
    }

    private static boolean differ(@Nullable String one, @Nullable String other) {
        return one != null && other != null && !one.equals(other);
    }

    private static boolean differ(Target one, Target other, Fact fact) {
        OptionalDouble first = one.number(fact);
        OptionalDouble second = other.number(fact);
        return first.isPresent() && second.isPresent() && !first.equals(second);
    }

    private static boolean agree(Target one, Target other, Fact fact) {
        return one.number(fact).isPresent() && one.number(fact).equals(other.number(fact));
    }

    private static boolean apart(Map<Target, Double> numbers, Target one, Target other, double slack) {
        Double first = numbers.get(one);
        Double second = numbers.get(other);
        return first != null && second != null && Math.abs(first - second) > slack;
    }

    /** All cores may have been idle between the two scrapes. */
    private static double idleSlack(Target one, Target other) {
        double cores = Math.max(
                one.number(Fact.CORES).orElse(1), other.number(Fact.CORES).orElse(1));
        double between = Math.abs(one.age.orElse(0) - other.age.orElse(0));
        return Math.max(1, cores) * (between + SCRAPE_SLACK_SECONDS);
    }
}
