package io.pepper.bench.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Compares benchmarks of two checkouts in one run, or of a checkout with recorded figures. The exit code is 1 if one is slower by more than the
 * share and by more than noise explains, 2 if the comparison failed.
 */
public final class BenchCompare {
    private static final String USAGE =
            """
            usage: BenchCompare checkouts BEFORE NOW [--rounds=6] [--percent=5] PATTERN... [JMH options]
                   BenchCompare record    CHECKOUT FIGURES.json [--rounds=6] PATTERN... [JMH options]
                   BenchCompare figures   CHECKOUT FIGURES.json [--rounds=6] [--percent=5] PATTERN... [JMH options]
            JMH options have a value each and replace all of: %s
            """
                    .formatted(String.join(" ", BenchArguments.SETTINGS));

    private final BenchArguments arguments;
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private BenchCompare(BenchArguments arguments) {
        this.arguments = arguments;
    }

    /**
     * Compares or records.
     *
     * @param args see the usage that it prints without any
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        int exit;
        try {
            if (args.length == 0) {
                throw new IllegalArgumentException(USAGE);
            }
            BenchCompare compare =
                    new BenchCompare(BenchArguments.parse(List.of(args).subList(1, args.length), 2));
            exit = switch (args[0]) {
                case "checkouts" -> compare.checkouts();
                case "record" -> compare.record();
                case "figures" -> compare.figures();
                default -> throw new IllegalArgumentException(args[0] + " is none of its tasks\n" + USAGE);
            };
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            exit = 2;
        }
        System.exit(exit);
    }

    private int checkouts() throws IOException, InterruptedException {
        Checkout before = new Checkout(path(0));
        Checkout now = new Checkout(path(1));
        List<Case> cases = before.cases(arguments.selection());
        List<Case> others = now.cases(arguments.selection());
        for (Case one : others) {
            if (!cases.contains(one)) {
                out.println("not compared: " + one.name() + " is missing in " + before.root());
            }
        }
        List<Case> both = new ArrayList<>();
        for (Case one : cases) {
            if (others.contains(one)) {
                both.add(one);
            } else {
                out.println("not compared: " + one.name() + " is missing in " + now.root());
            }
        }
        return report(compare(both, before, now));
    }

    /** A round measures each benchmark on both sides, one directly after the other, and takes turns in which side is first. */
    private List<Comparison> compare(List<Case> cases, Checkout before, Checkout now)
            throws IOException, InterruptedException {
        Map<Case, Measured> old = new LinkedHashMap<>();
        Map<Case, Measured> recent = new LinkedHashMap<>();
        List<Comparison> comparisons = new ArrayList<>();
        for (int round = 1; round <= arguments.rounds(); round++) {
            comparisons.clear();
            for (Case one : cases) {
                if (round % 2 == 1) {
                    measure(old, before, one);
                    measure(recent, now, one);
                } else {
                    measure(recent, now, one);
                    measure(old, before, one);
                }
                comparisons.add(Comparison.paired(measured(old, one), measured(recent, one)));
            }
            System.err.println("round " + round + " of " + arguments.rounds());
            System.err.print(Report.of(comparisons, arguments.share()));
        }
        return comparisons;
    }

    private void measure(Map<Case, Measured> all, Checkout checkout, Case one)
            throws IOException, InterruptedException {
        all.merge(one, checkout.measure(one, arguments.settings()), Measured::and);
    }

    private static Measured measured(Map<Case, Measured> all, Case one) {
        return Objects.requireNonNull(all.get(one), one::name);
    }

    private int record() throws IOException, InterruptedException {
        Checkout checkout = new Checkout(path(0));
        String machine = Machine.describe();
        String date = LocalDate.now(ZoneOffset.UTC).toString();
        String commit = checkout.commit();
        String settings = String.join(" ", arguments.settings());
        List<Figure> figures = new ArrayList<>();
        for (Measured one : measure(checkout)) {
            Spread spread = Spread.of(one.values());
            figures.add(new Figure(
                    one.benchmark(),
                    rounded(spread.median()),
                    rounded(spread.low()),
                    rounded(spread.high()),
                    one.unit(),
                    one.values().length,
                    settings,
                    machine,
                    date,
                    commit));
        }
        Figures.record(path(1), figures);
        out.println(figures.size() + " figures recorded in " + path(1));
        return 0;
    }

    private int figures() throws IOException, InterruptedException {
        List<Figure> recorded = Figures.read(path(1));
        FigureComparison comparison = FigureComparison.of(
                recorded, measure(new Checkout(path(0))), Machine.describe(), String.join(" ", arguments.settings()));
        comparison.notes().forEach(out::println);
        if (!comparison.relative().isEmpty()) {
            out.print(Report.of(comparison.relative(), arguments.share()));
        }
        return comparison.direct().isEmpty() ? 0 : report(comparison.direct());
    }

    private List<Measured> measure(Checkout checkout) throws IOException, InterruptedException {
        List<Case> cases = checkout.cases(arguments.selection());
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("no benchmark matches " + arguments.selection());
        }
        Map<Case, Measured> measured = new LinkedHashMap<>();
        for (int round = 1; round <= arguments.rounds(); round++) {
            for (Case one : cases) {
                measure(measured, checkout, one);
            }
            System.err.println("round " + round + " of " + arguments.rounds());
        }
        return List.copyOf(measured.values());
    }

    private int report(List<Comparison> comparisons) {
        if (comparisons.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to compare: no benchmark of both matches " + arguments.selection());
        }
        out.print(Report.of(comparisons, arguments.share()));
        boolean slower =
                comparisons.stream().anyMatch(one -> one.verdict(arguments.share()) == Comparison.Verdict.SLOWER);
        return slower ? 1 : 0;
    }

    private Path path(int index) {
        return Path.of(arguments.places().get(index)).toAbsolutePath().normalize();
    }

    /** Four digits, so that the file does not feign more. */
    private static double rounded(double value) {
        return new BigDecimal(value, new MathContext(4)).doubleValue();
    }
}
