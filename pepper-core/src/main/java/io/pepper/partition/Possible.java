package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.List;
import java.util.stream.Collectors;

/** Messages about the places at which a graph can be cut. */
final class Possible {
    private static final int NAMES_SHOWN = 10;

    private Possible() {}

    static String cuts(Cuts cuts) {
        return cuts.size() == 0 ? "it cannot be cut at a single tensor" : "it can be cut at " + names(cuts.list());
    }

    static String names(List<Cut> cuts) {
        String names = cuts.stream().limit(NAMES_SHOWN).map(Possible::name).collect(Collectors.joining(", "));
        int more = cuts.size() - NAMES_SHOWN;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    private static String name(Cut cut) {
        return cut.tensors().stream()
                .mapToObj(tensor -> "'" + cut.graph().tensorName(tensor) + "'")
                .collect(Collectors.joining(" with "));
    }
}
