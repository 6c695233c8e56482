package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Sheet;
import io.pepper.report.internal.markup.Texts;
import java.util.List;

/** A renderer of the plot, the segments and the best cuts as one picture. */
public final class SvgRenderer {
    private static final int LINE = 20;

    private SvgRenderer() {}

    /**
     * Renders a drawing.
     *
     * @param drawing the content
     * @return a self-contained SVG document
     */
    public static String render(Drawing drawing) {
        List<Integer> best = BestMarks.of(drawing);
        Figure legend = new Figure("best cuts", LINE * best.size(), svg -> legend(drawing, best, svg));
        return Sheet.render(
                drawing.title(),
                drawing.title(),
                drawing.facts(),
                List.of(Plot.of(drawing), Strip.of(drawing), legend),
                Texts.resource(SvgRenderer.class, "plot.css"));
    }

    private static void legend(Drawing drawing, List<Integer> best, Markup svg) {
        Shares shares = new Shares(drawing);
        for (int i = 0; i < best.size(); i++) {
            Drawing.Mark mark = drawing.marks().get(best.get(i));
            String y = Texts.number(LINE * (i + 0.5));
            svg.empty("circle", "class", "badge", "cx", "9", "cy", y, "r", "9");
            svg.element("text", Integer.toString(i + 1), "class", "number", "x", "9", "y", y, "dy", "4");
            String text = Quantities.bytes(mark.bytes()) + " at " + Texts.shorten(mark.label()) + ", "
                    + Marks.before(mark, shares);
            svg.element("text", text, "class", "fact", "x", "26", "y", y, "dy", "4");
        }
    }
}
