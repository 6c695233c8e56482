package io.pepper.examples.cli;

import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The objective of a plan.
 *
 * @param name the text that was typed
 * @param objective the objective for the planner
 */
record Goal(String name, Objective objective) {
    static final Goal LATENCY = new Goal("latency", Objective.LATENCY);

    /** The time to the first token of a text generator. */
    static final Goal FIRST_TOKEN = new Goal("first-token", Objective.LATENCY);

    /** The time of each further token of a text generator. */
    static final Goal TOKEN = new Goal("token", Objective.LATENCY);

    /** Returns whether this is a goal of text generators alone. */
    boolean isOfGeneration() {
        return equals(FIRST_TOKEN) || equals(TOKEN);
    }

    /** Parses a goal: one word, or weights of metrics. */
    static final class Converter implements ITypeConverter<Goal> {
        @Override
        public Goal convert(String value) {
            String typed = value.toLowerCase(Locale.ROOT);
            return switch (typed) {
                case "latency" -> LATENCY;
                case "throughput" -> new Goal(typed, Objective.THROUGHPUT);
                case "energy" -> new Goal(typed, Objective.ENERGY);
                case "first-token" -> FIRST_TOKEN;
                case "token" -> TOKEN;
                default -> new Goal(typed, weighted(typed));
            };
        }

        private static Objective weighted(String typed) {
            Map<Metric, Double> weights = new EnumMap<>(Metric.class);
            for (String each : typed.split(",", -1)) {
                int split = each.indexOf('=');
                String name = split < 0 ? each : each.substring(0, split);
                Metric metric = Arrays.stream(Metric.values())
                        .filter(known -> known.name().equalsIgnoreCase(name))
                        .findFirst()
                        .orElseThrow(() -> wrong(typed));
                try {
                    weights.put(metric, Double.parseDouble(each.substring(split + 1)));
                } catch (NumberFormatException none) {
                    throw wrong(typed);
                }
            }
            try {
                return new Objective(
                        weights.getOrDefault(Metric.LATENCY, 0.0),
                        weights.getOrDefault(Metric.PERIOD, 0.0),
                        weights.getOrDefault(Metric.ENERGY, 0.0));
            } catch (IllegalArgumentException impossible) {
                throw new TypeConversionException(impossible.getMessage());
            }
        }

        private static TypeConversionException wrong(String typed) {
            return new TypeConversionException("'" + typed
                    + "' is neither latency, throughput or energy, nor weights such as latency=1,energy=0.05");
        }
    }
}
