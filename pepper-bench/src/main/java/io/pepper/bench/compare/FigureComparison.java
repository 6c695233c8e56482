package io.pepper.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A comparison with recorded figures.
 *
 * @param direct benchmarks with a figure of this machine
 * @param relative benchmarks with figures of another machine only: slowdowns in relation to their median, which stands for the machine
 * @param notes what was not compared, or not directly, and why
 */
record FigureComparison(List<Comparison> direct, List<Comparison> relative, List<String> notes) {
    private static final int FEWEST_RELATIVE = 3;

    static FigureComparison of(List<Figure> recorded, List<Measured> measured, String machine, String settings) {
        List<Comparison> direct = new ArrayList<>();
        List<Comparison> elsewhere = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        String other = otherMachine(recorded, machine);
        for (Measured now : measured) {
            Optional<Figure> here = find(recorded, now, machine, settings);
            Optional<Figure> there = find(recorded, now, other, settings);
            if (here.isPresent()) {
                direct.add(Comparison.withFigure(here.get(), now));
            } else if (there.isPresent()) {
                elsewhere.add(Comparison.withFigure(there.get(), now));
            } else {
                notes.add("not compared: " + now.benchmark() + " has no figure measured with " + settings);
            }
        }
        List<Comparison> relative = relative(elsewhere, other, machine, notes);
        return new FigureComparison(List.copyOf(direct), relative, List.copyOf(notes));
    }

    private static List<Comparison> relative(
            List<Comparison> elsewhere, String other, String machine, List<String> notes) {
        if (elsewhere.isEmpty()) {
            return List.of();
        }
        if (elsewhere.size() < FEWEST_RELATIVE) {
            notes.add("not compared: " + elsewhere.size() + " benchmarks with figures of another machine (" + other
                    + "); at least " + FEWEST_RELATIVE + " are needed to compare them with one another");
            return List.of();
        }
        double factor = Spread.median(
                elsewhere.stream().mapToDouble(one -> one.slowdown().median()).toArray());
        notes.add(String.format(
                Locale.ROOT,
                "The figures are of another machine (%s). This one (%s) takes %.3f times as long by the median of the benchmarks."
                        + " Times of different machines cannot be compared: the table shows which benchmarks moved in relation to"
                        + " the others, and does not change the exit code.",
                other,
                machine,
                factor));
        return elsewhere.stream().map(one -> one.relativeTo(factor)).toList();
    }

    private static Optional<Figure> find(List<Figure> recorded, Measured now, String machine, String settings) {
        return recorded.stream()
                .filter(figure -> figure.benchmark().equals(now.benchmark()))
                .filter(figure -> figure.machine().equals(machine))
                .filter(figure -> figure.settings().equals(settings))
                .findFirst();
    }

    /** The other machine with the latest figures, since figures of several would have several factors. */
    private static String otherMachine(List<Figure> recorded, String machine) {
        return recorded.stream()
                .filter(figure -> !figure.machine().equals(machine))
                .max(Comparator.comparing(Figure::date))
                .map(Figure::machine)
                .orElse("");
    }
}
