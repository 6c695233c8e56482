package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Page;
import io.pepper.report.internal.markup.Texts;
import java.util.List;
import java.util.OptionalLong;

/** A renderer of a page with the plot, the cuts as a table, and the segments with their operators. */
public final class HtmlRenderer {
    private HtmlRenderer() {}

    /**
     * Renders a drawing.
     *
     * @param drawing the content
     * @return a self-contained HTML document, which is also well-formed XML
     */
    public static String render(Drawing drawing) {
        Page page = Page.titled(drawing.title() + ": where to cut", resource("plot.css"), resource("cuts.css"));
        page.header(drawing.title(), drawing.facts(), List.of());
        page.figure(
                "Filled points: cuts at a single tensor. Hollow points: at several. Numbers: where the least crosses.",
                Plot.of(drawing),
                Strip.of(drawing));
        Markup html = page.body();
        html.open("main").line();
        cuts(drawing, html);
        segments(drawing, html);
        html.close().line();
        html.code("script", resource("cuts.js"));
        return page.end();
    }

    private static String resource(String name) {
        return Texts.resource(HtmlRenderer.class, name);
    }

    private static void cuts(Drawing drawing, Markup html) {
        html.open("section")
                .element("h2", Texts.count(drawing.marks().size(), "cut"))
                .line();
        if (drawing.marks().isEmpty()) {
            html.element("p", "This model has no cut of the requested width.")
                    .close()
                    .line();
            return;
        }
        Shares shares = new Shares(drawing);
        List<Integer> best = BestMarks.of(drawing);
        html.open("div", "class", "scroll")
                .open("table", "id", "cuts")
                .open("thead")
                .open("tr");
        String share = shares.isKnown() ? "arithmetic before" : "operators before";
        for (String heading : List.of("", "after operator", "tensors", "width", "bytes", share)) {
            boolean named = heading.equals("tensors") || heading.isEmpty();
            html.open("th", "scope", "col", "class", named ? "name-head" : "number-cell");
            if (heading.isEmpty()) {
                html.close();
            } else {
                html.element("button", heading, "type", "button").close();
            }
        }
        html.close().close().line().open("tbody").line();
        for (int place = 0; place < drawing.marks().size(); place++) {
            row(drawing.marks().get(place), place, best.indexOf(place), shares, html);
        }
        html.close().close().close().close().line();
    }

    private static void row(Drawing.Mark mark, int place, int best, Shares shares, Markup html) {
        double before = shares.upTo(mark.after());
        html.open("tr", "data-cut", Integer.toString(place), "tabindex", "0");
        html.open("td");
        if (best >= 0) {
            html.element("span", Integer.toString(best + 1), "class", "pin");
        }
        html.close();
        number(html, mark.after() + 1, Integer.toString(mark.after() + 1));
        html.element("td", Texts.shorten(mark.label()), "title", mark.label(), "class", "name");
        number(html, mark.width(), Integer.toString(mark.width()));
        number(html, (double) mark.bytes().orElse(Long.MAX_VALUE), Quantities.bytes(mark.bytes()));
        number(html, before, Quantities.percent(before));
        html.close().line();
    }

    private static void number(Markup html, double value, String text) {
        html.element("td", text, "class", "number-cell", "data-value", Double.toString(value));
    }

    private static void segments(Drawing drawing, Markup html) {
        Shares shares = new Shares(drawing);
        html.open("section")
                .element("h2", Texts.count(drawing.blocks().size(), "segment"))
                .line();
        for (Drawing.Block block : drawing.blocks()) {
            html.open("details", "id", "segment-" + (block.index() + 1));
            html.element("summary", Strip.title(block, shares)).line();
            for (Drawing.Flow flow : drawing.flows()) {
                if (flow.to() == block.index()) {
                    String from = flow.from() == Drawing.INPUT ? "the inputs" : "segment " + (flow.from() + 1);
                    html.element("p", "takes " + Flows.label(flow, ", ") + " from " + from)
                            .line();
                }
            }
            operators(block, html);
            html.close().line();
        }
        html.close().line();
    }

    private static void operators(Drawing.Block block, Markup html) {
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        for (String heading : List.of("operator", "type", "arithmetic", "makes")) {
            html.element("th", heading, "scope", "col");
        }
        html.close().close().open("tbody").line();
        for (Drawing.Item item : block.operators()) {
            html.open("tr");
            html.element("td", Texts.shorten(item.label()), "title", item.label(), "class", "name");
            html.element("td", Texts.shorten(item.type()));
            html.element(
                    "td",
                    item.flops().equals(OptionalLong.of(0)) ? "" : Quantities.decimal(item.flops(), "FLOPs"),
                    "class",
                    "number-cell");
            html.element("td", Texts.shorten(item.output()));
            html.close().line();
        }
        html.close().close().close();
    }
}
