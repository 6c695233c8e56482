package io.pepper.report.internal.markup;

import java.util.List;

/** A separate picture: a heading, facts, and figures one below the other. */
public final class Sheet {
    private static final int MARGIN = 20;
    private static final int HEAD = 84;
    private static final int GAP = 24;

    private Sheet() {}

    /**
     * Renders the picture.
     *
     * @param title of the document
     * @param heading the line on top
     * @param facts short lines about the whole
     * @param figures from top to bottom
     * @param styles style sheets beside that of all pictures
     * @return a self-contained SVG document
     */
    public static String render(
            String title, String heading, List<String> facts, List<Figure> figures, String... styles) {
        int height = HEAD + MARGIN;
        for (Figure figure : figures) {
            height += figure.height() + GAP;
        }
        Markup svg = new Markup();
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + (Figure.WIDTH + 2 * MARGIN) + " " + height,
                "role",
                "img");
        svg.element("title", title).line();
        svg.code("style", Texts.resource(Sheet.class, "picture.css") + String.join("", styles))
                .line();
        svg.empty("rect", "class", "paper", "width", "100%", "height", "100%");
        group(svg, 0);
        svg.element("text", Texts.shorten(heading), "class", "heading", "x", "0", "y", "34");
        svg.element("text", String.join(" · ", facts), "class", "fact", "x", "0", "y", "58");
        svg.close().line();
        int y = HEAD;
        for (Figure figure : figures) {
            group(svg, y);
            figure.drawing().accept(svg);
            svg.close().line();
            y += figure.height() + GAP;
        }
        return svg.close().line().toString();
    }

    private static void group(Markup svg, int y) {
        svg.open("g", "transform", "translate(" + MARGIN + " " + y + ")");
    }
}
