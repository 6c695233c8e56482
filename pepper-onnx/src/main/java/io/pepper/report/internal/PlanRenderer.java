package io.pepper.report.internal;

import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Page;
import io.pepper.report.internal.markup.Sheet;
import io.pepper.report.internal.markup.Texts;
import java.util.ArrayList;
import java.util.List;

/** A renderer of a placement as one picture, and as a page with pictures and tables. */
public final class PlanRenderer {
    private PlanRenderer() {}

    /**
     * Renders the picture.
     *
     * @param drawing the content
     * @return a self-contained SVG document
     */
    public static String svg(PlanDrawing drawing) {
        List<Figure> all = new ArrayList<>();
        if (!drawing.cautions().isEmpty()) {
            all.add(Paragraphs.of("cautions", drawing.cautions()));
        }
        all.addAll(figures(drawing));
        return Sheet.render(title(drawing), drawing.title(), drawing.facts(), all, style());
    }

    private static String title(PlanDrawing drawing) {
        return drawing.title() + ": what runs where";
    }

    private static String style() {
        return Texts.resource(PlanRenderer.class, "plan.css");
    }

    private static List<Figure> figures(PlanDrawing drawing) {
        List<Figure> figures = new ArrayList<>();
        figures.add(PlacedStrip.of(drawing));
        drawing.charts().forEach(chart -> figures.add(Gantt.of(chart)));
        figures.add(RivalBars.of(drawing.latency(), drawing.rivals()));
        drawing.fronts().forEach(front -> figures.add(FrontPlot.of(front)));
        return figures;
    }

    /**
     * Renders the page.
     *
     * @param drawing the content
     * @return a self-contained HTML document, which is also well-formed XML
     */
    public static String html(PlanDrawing drawing) {
        Page page = Page.titled(title(drawing), style());
        List<String> sentences = new ArrayList<>(drawing.verdict());
        sentences.addAll(drawing.cautions());
        page.header(drawing.title(), drawing.facts(), sentences);
        page.body().open("main").line();
        figures(drawing).forEach(figure -> page.figure("", figure));
        for (PlanDrawing.Table table : drawing.tables()) {
            page.body().open("section").element("h2", table.heading()).line();
            page.table(table.columns().size(), table.columns(), table.rows());
            page.body().close().line();
        }
        page.body().close().line();
        return page.end();
    }
}
