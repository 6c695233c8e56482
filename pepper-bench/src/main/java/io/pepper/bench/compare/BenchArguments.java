package io.pepper.bench.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of {@link BenchCompare}.
 *
 * @param selection what JMH selects benchmarks by: patterns and {@code -p}
 * @param settings the other arguments of JMH
 */
record BenchArguments(List<String> places, int rounds, double share, List<String> selection, List<String> settings) {
    /** Short runs, since there are many: each round is a separate JVM. */
    static final List<String> SETTINGS = List.of("-f", "1", "-wi", "3", "-w", "1s", "-i", "5", "-r", "500ms");

    private static final int ROUNDS = 6;
    private static final double SHARE = 0.05;

    BenchArguments {
        places = List.copyOf(places);
        selection = List.copyOf(selection);
        settings = List.copyOf(settings);
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds=" + rounds + ": at least 1 is needed");
        }
        if (!(share >= 0)) {
            throw new IllegalArgumentException("--percent=" + 100 * share + ": 0 or more is needed");
        }
        if (selection.isEmpty()) {
            throw new IllegalArgumentException("which benchmarks? A pattern is needed, such as PlannerBenchmark");
        }
    }

    /** Takes the places (directories, a file of figures) from the front, and the rest in any order. */
    static BenchArguments parse(List<String> arguments, int places) {
        if (arguments.size() < places) {
            throw new IllegalArgumentException(places + " paths are needed, found " + arguments.size());
        }
        int rounds = ROUNDS;
        double share = SHARE;
        List<String> selection = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (int i = places; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.startsWith("--rounds=")) {
                rounds = Integer.parseInt(argument.substring("--rounds=".length()));
            } else if (argument.startsWith("--percent=")) {
                share = Double.parseDouble(argument.substring("--percent=".length())) / 100;
            } else if (argument.startsWith("-")) {
                List<String> target = argument.equals("-p") ? selection : settings;
                target.add(argument);
                if (i + 1 == arguments.size()) {
                    throw new IllegalArgumentException(argument + ": a value is needed");
                }
                target.add(arguments.get(++i));
            } else {
                selection.add(argument);
            }
        }
        return new BenchArguments(
                arguments.subList(0, places), rounds, share, selection, settings.isEmpty() ? SETTINGS : settings);
    }
}
