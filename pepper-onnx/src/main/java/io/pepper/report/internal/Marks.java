package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;

/** The descriptions of cuts. */
final class Marks {
    private Marks() {}

    static String title(Drawing.Mark mark, Shares shares) {
        return mark.label() + "\u2003" + Quantities.bytes(mark.bytes())
                + (mark.width() > 1 ? " in " + mark.width() + " tensors" : "") + ", " + before(mark, shares);
    }

    static String before(Drawing.Mark mark, Shares shares) {
        String what = shares.isKnown() ? " of the arithmetic before" : " of the operators before";
        return Quantities.percent(shares.upTo(mark.after())) + what;
    }
}
