package io.pepper.predict;

import io.pepper.measure.ModelTiming;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rules that mark untrustworthy measurements. Stateless and therefore thread-safe. */
final class Marks {
    /** From this share on, other processes disturb a measurement. */
    static final double BUSY_PERCENT = 10;

    private static final double SLOW_CLOCK_PERCENT = 75;
    private static final double UNSTEADY_FACTOR = 2;
    private static final double ROUNDS_FACTOR = 1.5;
    private static final double PART_FACTOR = 1.1;
    private static final double PART_SECONDS = 20e-6;
    private static final int MAX_EXAMPLES = 3;
    private static final Pattern RUN = Pattern.compile("segments-1-(\\d{1,9})");
    private static final Set<Mark> OF_OTHER_ROWS = EnumSet.of(Mark.PART_SLOWER_THAN_WHOLE, Mark.ROUNDS_DISAGREE);

    private Marks() {}

    /** Returns the marks that follow from a measurement alone. Under a requested load, runs differ by nature. */
    static Set<Mark> of(Surroundings around, LoadLevel load, ModelTiming timing) {
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        double foreign = Math.max(
                around.foreignBeforePercent().orElse(0), around.foreignPercent().orElse(0));
        if (foreign >= BUSY_PERCENT) {
            marks.add(Mark.BUSY);
        }
        if (around.during().throttledPercent().orElse(0) > 0) {
            marks.add(Mark.THROTTLED);
        }
        if (around.during().clockPercent().orElse(SLOW_CLOCK_PERCENT) < SLOW_CLOCK_PERCENT) {
            marks.add(Mark.SLOW_CLOCK);
        }
        if (load.percent() == 0 && timing.medianSeconds() > UNSTEADY_FACTOR * timing.minSeconds()) {
            marks.add(Mark.UNSTEADY);
        }
        return marks;
    }

    /** Sets the marks that follow from other measurements of the same campaign. The order of the records stays. */
    static List<LatencyRecord> compare(List<LatencyRecord> records) {
        Map<String, String> names = new HashMap<>();
        group(records, LatencyRecord::model).forEach((model, ofModel) -> names.put(model, whole(ofModel)));
        Predicate<LatencyRecord> isWhole = record -> record.piece().equals(names.get(record.model()));
        Map<String, Double> wholes = wholes(records.stream().filter(isWhole).toList());
        Map<String, Double> fastest = new HashMap<>();
        records.forEach(record -> fastest.merge(record.key(), record.timing().medianSeconds(), Math::min));
        List<LatencyRecord> marked = new ArrayList<>();
        for (LatencyRecord record : records) {
            Set<Mark> marks = EnumSet.noneOf(Mark.class);
            marks.addAll(record.marks());
            marks.removeAll(OF_OTHER_ROWS);
            double seconds = record.timing().medianSeconds();
            double whole = wholes.getOrDefault(setting(record), Double.MAX_VALUE);
            if (isWhole.negate().test(record) && seconds > PART_FACTOR * whole && seconds > whole + PART_SECONDS) {
                marks.add(Mark.PART_SLOWER_THAN_WHOLE);
            }
            if (record.load().percent() == 0 && seconds > ROUNDS_FACTOR * fastest.getOrDefault(record.key(), seconds)) {
                marks.add(Mark.ROUNDS_DISAGREE);
            }
            marked.add(record.withMarks(marks));
        }
        return marked;
    }

    /**
     * Returns the mean time of whole models by model, device, threads and load. Unmarked measurements are preferred.
     */
    private static Map<String, Double> wholes(List<LatencyRecord> those) {
        Map<String, Double> wholes = new HashMap<>();
        group(those, Marks::setting)
                .forEach((setting, alike) -> wholes.put(setting, LatencyRecord.meanSeconds(clean(alike))));
        return wholes;
    }

    private static Map<String, List<LatencyRecord>> group(
            List<LatencyRecord> records, Function<LatencyRecord, String> by) {
        return records.stream().collect(Collectors.groupingBy(by));
    }

    /**
     * Returns the name of the piece that is the whole model: {@code whole}, or the longest run of segments from the
     * first one.
     */
    private static String whole(List<LatencyRecord> ofModel) {
        String found = ProfileTargets.WHOLE;
        int most = 1;
        for (LatencyRecord record : ofModel) {
            Matcher run = RUN.matcher(record.piece());
            if (record.piece().equals(ProfileTargets.WHOLE)) {
                return ProfileTargets.WHOLE;
            }
            if (run.matches() && Integer.parseInt(run.group(1)) > most) {
                most = Integer.parseInt(run.group(1));
                found = record.piece();
            }
        }
        return found;
    }

    private static String setting(LatencyRecord record) {
        return RecordFile.key(record.model(), "", record.device().device(), record.threads(), record.load());
    }

    /** Returns the measurements whose own marks are empty; all if there are none. */
    private static List<LatencyRecord> clean(List<LatencyRecord> alike) {
        List<LatencyRecord> clean = alike.stream()
                .filter(record -> OF_OTHER_ROWS.containsAll(record.marks()))
                .toList();
        return clean.isEmpty() ? alike : clean;
    }

    /** Returns the measurements without any mark; all if there are none. */
    static List<LatencyRecord> unmarked(List<LatencyRecord> alike) {
        List<LatencyRecord> unmarked =
                alike.stream().filter(record -> record.marks().isEmpty()).toList();
        return unmarked.isEmpty() ? alike : unmarked;
    }

    /** Returns the number of records with each mark, in the order of the marks. */
    static Map<Mark, Integer> count(Collection<LatencyRecord> records) {
        Map<Mark, Integer> counts = new EnumMap<>(Mark.class);
        records.forEach(record -> record.marks().forEach(mark -> counts.merge(mark, 1, Integer::sum)));
        return counts;
    }

    /** Returns a line for each mark, with examples. */
    static List<String> descriptions(List<LatencyRecord> records) {
        List<String> lines = new ArrayList<>();
        count(records).forEach((mark, count) -> {
            List<String> pieces = records.stream()
                    .filter(record -> record.marks().contains(mark))
                    .map(record -> record.model() + " " + record.piece())
                    .distinct()
                    .toList();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: %s, in %d of %d measurements (%s%s)",
                    mark.label(),
                    mark.meaning(),
                    count,
                    records.size(),
                    String.join(", ", pieces.subList(0, Math.min(MAX_EXAMPLES, pieces.size()))),
                    pieces.size() > MAX_EXAMPLES ? ", …" : ""));
        });
        return lines;
    }
}
