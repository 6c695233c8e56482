package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Scale;
import io.pepper.report.internal.markup.Texts;

/** A chart of the activities of devices and links over time. */
final class Gantt {
    private static final int LEFT = 190;
    private static final int RIGHT = 30;
    private static final int TOP = 26;
    private static final int ROW = 28;
    private static final int BAR = 20;
    private static final int BOTTOM = 30;
    private static final double LETTER = 7.5;

    private final PlanDrawing.Chart chart;
    private final Markup svg;
    private final Scale scale;

    private Gantt(PlanDrawing.Chart chart, Markup svg) {
        this.chart = chart;
        this.svg = svg;
        this.scale = Scale.linear(chart.bars().stream()
                .mapToDouble(PlanDrawing.Bar::arrives)
                .max()
                .orElse(1));
    }

    static Figure of(PlanDrawing.Chart chart) {
        int height = TOP + ROW * chart.rows().size() + BOTTOM;
        return new Figure(chart.caption(), height, svg -> new Gantt(chart, svg).draw());
    }

    private double x(double seconds) {
        return LEFT + (Figure.WIDTH - LEFT - RIGHT) * scale.place(seconds);
    }

    private void draw() {
        svg.element("text", chart.caption(), "class", "fact strong", "x", "0", "y", "14");
        String base = Texts.number(TOP + ROW * chart.rows().size());
        for (double tick : scale.ticks()) {
            String x = Texts.number(x(tick));
            svg.empty("line", "class", "grid", "x1", x, "x2", x, "y1", Texts.number(TOP), "y2", base);
            svg.element(
                    "text",
                    Quantities.seconds(tick),
                    "class",
                    "tick middle",
                    "x",
                    x,
                    "y",
                    Texts.number(TOP + ROW * chart.rows().size() + 18.0));
        }
        for (int row = 0; row < chart.rows().size(); row++) {
            svg.element(
                    "text",
                    Texts.shorten(chart.rows().get(row)),
                    "class",
                    "tick end",
                    "x",
                    Texts.number(LEFT - 10.0),
                    "y",
                    Texts.number(TOP + ROW * row + 18.0));
        }
        chart.bars().forEach(this::bar);
    }

    private void bar(PlanDrawing.Bar bar) {
        double from = x(bar.begin());
        double wide = Math.max(1, x(bar.end()) - from);
        String style = bar.device() < 0 ? "sent" : "placed " + Palette.of(bar.device());
        svg.open("g", "class", style + (bar.odd() ? " odd" : ""));
        svg.element(
                "title",
                chart.rows().get(bar.row()) + ", " + bar.what() + ": " + Quantities.seconds(bar.begin()) + " to "
                        + Quantities.seconds(bar.arrives()));
        String y = Texts.number(TOP + ROW * bar.row() + 4.0);
        if (bar.arrives() > bar.end()) {
            String middle = Texts.number(TOP + ROW * bar.row() + 4.0 + BAR / 2.0);
            svg.empty(
                    "line",
                    "class",
                    "on-its-way",
                    "x1",
                    Texts.number(from + wide),
                    "x2",
                    Texts.number(x(bar.arrives())),
                    "y1",
                    middle,
                    "y2",
                    middle);
        }
        svg.empty(
                "rect", "x", Texts.number(from), "y", y, "width", Texts.number(wide), "height", Integer.toString(BAR));
        label(bar, from, wide);
        svg.close().line();
    }

    private void label(PlanDrawing.Bar bar, double from, double wide) {
        if (wide > LETTER * bar.label().length()) {
            svg.element(
                    "text",
                    bar.label(),
                    "class",
                    "middle",
                    "x",
                    Texts.number(from + wide / 2),
                    "y",
                    Texts.number(TOP + ROW * bar.row() + 18.0));
        }
    }
}
