package io.pepper.report.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The selection of cuts to highlight: those with the fewest bytes, apart from each other and from the ends. */
final class BestMarks {
    private static final int MOST = 6;
    private static final double APART = 0.08;
    private static final double FROM_ENDS = 0.04;

    private BestMarks() {}

    /** Returns the indices of the marks, ascending. */
    static List<Integer> of(Drawing drawing) {
        Shares shares = new Shares(drawing);
        List<Drawing.Mark> marks = drawing.marks();
        List<Integer> byBytes = IntStream.range(0, marks.size())
                .filter(i -> marks.get(i).bytes().isPresent())
                .boxed()
                .sorted(Comparator.comparingLong(
                                (Integer i) -> marks.get(i).bytes().getAsLong())
                        .thenComparingInt(i -> marks.get(i).width())
                        .thenComparingInt(i -> i))
                .toList();
        List<Integer> best = new ArrayList<>();
        for (int candidate : byBytes) {
            double place = shares.upTo(marks.get(candidate).after());
            boolean inside = place >= FROM_ENDS && place <= 1 - FROM_ENDS;
            boolean apart = best.stream()
                    .allMatch(other ->
                            Math.abs(place - shares.upTo(marks.get(other).after())) >= APART);
            if (inside && apart && best.size() < MOST) {
                best.add(candidate);
            }
        }
        best.sort(Comparator.naturalOrder());
        return best;
    }
}
