package io.pepper.report.internal;

import java.util.ArrayList;
import java.util.List;

/** A renderer of a placement as one picture, and as a page with pictures and tables. */
public final class PlanRenderer {
    private static final int MARGIN = 20;
    private static final int HEAD = 84;
    private static final int GAP = 24;

    private PlanRenderer() {}

    /** A figure with its height. */
    private record Figure(String label, int height, Runnable draw) {}

    /**
     * Renders the picture.
     *
     * @param drawing the content
     * @return a self-contained SVG document
     */
    public static String svg(PlanDrawing drawing) {
        Markup svg = new Markup();
        List<Figure> figures = figures(drawing, svg);
        int height =
                HEAD + figures.stream().mapToInt(figure -> figure.height + GAP).sum() + MARGIN;
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + (Plot.WIDTH + 2 * MARGIN) + " " + height,
                "role",
                "img");
        svg.element("title", drawing.title() + ": what runs where").line();
        svg.code("style", style()).line();
        svg.empty("rect", "class", "paper", "width", "100%", "height", "100%");
        group(svg, 0);
        svg.element("text", Texts.shorten(drawing.title()), "class", "heading", "x", "0", "y", "34");
        svg.element("text", String.join(" · ", drawing.facts()), "class", "fact", "x", "0", "y", "58");
        svg.close().line();
        int y = HEAD;
        for (Figure figure : figures) {
            group(svg, y);
            figure.draw.run();
            svg.close().line();
            y += figure.height + GAP;
        }
        return svg.close().line().toString();
    }

    private static void group(Markup svg, int y) {
        svg.open("g", "transform", "translate(" + MARGIN + " " + y + ")");
    }

    private static String style() {
        return Texts.resource("plot.css") + Texts.resource("plan.css");
    }

    private static List<Figure> figures(PlanDrawing drawing, Markup svg) {
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure(
                "segments and their devices", PlacedStrip.height(drawing), () -> PlacedStrip.draw(drawing, svg)));
        drawing.charts()
                .forEach(chart ->
                        figures.add(new Figure(chart.caption(), Gantt.height(chart), () -> Gantt.draw(chart, svg))));
        figures.add(new Figure("latencies", RivalBars.height(drawing), () -> RivalBars.draw(drawing, svg)));
        drawing.fronts()
                .forEach(front ->
                        figures.add(new Figure("trade-offs", FrontPlot.HEIGHT, () -> FrontPlot.draw(front, svg))));
        return figures;
    }

    /**
     * Renders the page.
     *
     * @param drawing the content
     * @return a self-contained HTML document, which is also well-formed XML
     */
    public static String html(PlanDrawing drawing) {
        Markup html = new Markup();
        html.raw("<!DOCTYPE html>").line();
        html.open("html", "lang", "en").open("head").line();
        html.empty("meta", "charset", "utf-8").line();
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .line();
        html.element("title", drawing.title() + ": what runs where").line();
        html.code("style", style() + Texts.resource("page.css")).line();
        html.close().line().open("body").line();
        html.open("header").element("h1", drawing.title());
        html.element("p", String.join(" · ", drawing.facts()), "class", "facts");
        drawing.verdict().forEach(sentence -> html.element("p", sentence, "class", "verdict"));
        html.close().line().open("main").line();
        for (Figure figure : figures(drawing, html)) {
            html.open("figure");
            html.open(
                    "svg",
                    "xmlns",
                    "http://www.w3.org/2000/svg",
                    "viewBox",
                    "0 0 " + Plot.WIDTH + " " + figure.height,
                    "role",
                    "group",
                    "aria-label",
                    figure.label);
            figure.draw.run();
            html.close().close().line();
        }
        drawing.tables().forEach(table -> table(table, html));
        return html.close().close().close().line().toString();
    }

    private static void table(PlanDrawing.Table table, Markup html) {
        html.open("section").element("h2", table.heading()).line();
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        for (String column : table.columns()) {
            html.element("th", column, "scope", "col");
        }
        html.close().close().open("tbody").line();
        for (List<String> row : table.rows()) {
            html.open("tr");
            row.forEach(cell -> html.element("td", cell));
            html.close().line();
        }
        html.close().close().close().close().line();
    }
}
