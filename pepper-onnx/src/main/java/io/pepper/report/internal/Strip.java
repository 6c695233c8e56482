package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Texts;

/** A drawing of the segments side by side, as wide as their share of the work. */
final class Strip {
    private static final int HEIGHT = 54;
    private static final int TOP = 4;
    private static final int BAR = 26;
    private static final double LETTER = 8;

    private Strip() {}

    static Figure of(Drawing drawing) {
        return new Figure("segments", HEIGHT, svg -> draw(drawing, svg));
    }

    private static void draw(Drawing drawing, Markup svg) {
        Shares shares = new Shares(drawing);
        double width = Figure.WIDTH;
        double x = 0;
        for (Drawing.Block block : drawing.blocks()) {
            double wide = width * shares.of(block);
            String place = Texts.number(x);
            svg.open("a", "href", "#segment-" + (block.index() + 1), "class", "block " + Palette.of(block.index()));
            svg.element("title", title(block, shares));
            svg.empty(
                    "rect",
                    "x",
                    place,
                    "y",
                    Texts.number(TOP),
                    "width",
                    Texts.number(Math.max(0.5, wide - 1)),
                    "height",
                    Texts.number(BAR));
            String number = Integer.toString(block.index() + 1);
            if (wide > LETTER * (number.length() + 1)) {
                svg.element(
                        "text",
                        number,
                        "class",
                        "middle",
                        "x",
                        Texts.number(x + wide / 2),
                        "y",
                        Texts.number(TOP + 18.0));
            }
            svg.close().line();
            x += wide;
        }
        String what = shares.isKnown() ? "their share of the arithmetic" : "their share of the operators";
        svg.element("text", "segments, as wide as " + what, "class", "tick", "x", "0", "y", Texts.number(HEIGHT - 8.0));
    }

    static String title(Drawing.Block block, Shares shares) {
        return "segment " + (block.index() + 1) + ": "
                + Texts.count(block.operators().size(), "operator") + ", "
                + Quantities.decimal(block.flops(), "FLOPs") + " (" + Quantities.percent(shares.of(block)) + "), "
                + Quantities.bytes(block.weightBytes()) + " of weights";
    }
}
