package io.pepper.report.internal;

import java.util.List;

/** A renderer of the plot, the segments and the best cuts as one picture. */
public final class SvgRenderer {
    private static final int MARGIN = 20;
    private static final int HEAD = 70;
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
        int height = HEAD + Plot.HEIGHT + Strip.HEIGHT + LINE * (best.size() + 2) + MARGIN;
        Markup svg = new Markup();
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + (Plot.WIDTH + 2 * MARGIN) + " " + height,
                "role",
                "img");
        svg.element("title", drawing.title()).line();
        svg.code("style", Texts.resource("plot.css")).line();
        svg.empty("rect", "class", "paper", "width", "100%", "height", "100%");
        group(svg, MARGIN);
        svg.element("text", Texts.shorten(drawing.title()), "class", "heading", "x", "0", "y", "34");
        svg.element("text", String.join(" · ", drawing.facts()), "class", "fact", "x", "0", "y", "56");
        svg.close().line();
        group(svg, HEAD);
        new Plot(drawing, svg).draw();
        svg.close().line();
        group(svg, HEAD + Plot.HEIGHT);
        Strip.draw(drawing, svg);
        svg.close().line();
        legend(drawing, best, svg);
        return svg.close().line().toString();
    }

    private static void group(Markup svg, int y) {
        svg.open("g", "transform", "translate(" + MARGIN + " " + (y == MARGIN ? 0 : y) + ")");
    }

    private static void legend(Drawing drawing, List<Integer> best, Markup svg) {
        Shares shares = new Shares(drawing);
        group(svg, HEAD + Plot.HEIGHT + Strip.HEIGHT + LINE);
        for (int i = 0; i < best.size(); i++) {
            Drawing.Mark mark = drawing.marks().get(best.get(i));
            String y = Texts.number(LINE * (i + 0.5));
            svg.empty("circle", "class", "badge", "cx", "9", "cy", y, "r", "9");
            svg.element("text", Integer.toString(i + 1), "class", "number", "x", "9", "y", y, "dy", "4");
            String text = Texts.bytes(mark.bytes()) + " at " + Texts.shorten(mark.label()) + ", "
                    + Marks.before(mark, shares);
            svg.element("text", text, "class", "fact", "x", "26", "y", y, "dy", "4");
        }
        svg.close().line();
    }
}
