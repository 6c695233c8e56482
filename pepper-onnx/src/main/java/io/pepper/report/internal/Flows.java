package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Texts;
import java.util.stream.Collectors;

/** The labels of arrows. */
final class Flows {
    private static final int NAMES_SHOWN = 3;

    private Flows() {}

    static String label(Drawing.Flow flow, String separator) {
        String names = flow.tensors().stream()
                .limit(NAMES_SHOWN)
                .map(tensor -> Texts.shorten(tensor.name()))
                .collect(Collectors.joining(separator));
        int more = flow.tensors().size() - NAMES_SHOWN;
        return names
                + (more > 0 ? separator + "and " + more + " more" : "")
                + separator
                + Quantities.bytes(flow.bytes());
    }
}
