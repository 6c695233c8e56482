package io.pepper.report.internal;

/** A plot of the Pareto front of two metrics. */
final class FrontPlot {
    static final int HEIGHT = 314;
    private static final int LEFT = 90;
    private static final int RIGHT = 40;
    private static final int TOP = 48;
    private static final int BOTTOM = 44;

    private final PlanDrawing.Front front;
    private final Markup svg;
    private final Axis across;
    private final Axis up;

    private FrontPlot(PlanDrawing.Front front, Markup svg) {
        this.front = front;
        this.svg = svg;
        this.across = new Axis(front.points().stream()
                .mapToDouble(PlanDrawing.Point::across)
                .max()
                .orElse(1));
        this.up = new Axis(
                front.points().stream().mapToDouble(PlanDrawing.Point::up).max().orElse(1));
    }

    static void draw(PlanDrawing.Front front, Markup svg) {
        new FrontPlot(front, svg).draw();
    }

    private double x(double value) {
        return LEFT + (Plot.WIDTH - LEFT - RIGHT) * across.place(value);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up.place(value);
    }

    private void draw() {
        svg.element(
                "text",
                "The best trade-offs of " + front.across() + " and " + front.up(),
                "class",
                "fact strong",
                "x",
                "0",
                "y",
                "14");
        for (double tick : across.ticks()) {
            String x = Texts.number(x(tick));
            svg.empty(
                    "line",
                    "class",
                    "grid",
                    "x1",
                    x,
                    "x2",
                    x,
                    "y1",
                    Texts.number(TOP),
                    "y2",
                    Texts.number(HEIGHT - BOTTOM));
            svg.element(
                    "text",
                    label(front.across(), tick),
                    "class",
                    "tick middle",
                    "x",
                    x,
                    "y",
                    Texts.number(HEIGHT - BOTTOM + 18.0));
        }
        for (double tick : up.ticks()) {
            String y = Texts.number(y(tick));
            svg.empty(
                    "line",
                    "class",
                    "grid",
                    "x1",
                    Texts.number(LEFT),
                    "x2",
                    Texts.number(Plot.WIDTH - RIGHT),
                    "y1",
                    y,
                    "y2",
                    y);
            svg.element(
                    "text",
                    label(front.up(), tick),
                    "class",
                    "tick end",
                    "x",
                    Texts.number(LEFT - 8.0),
                    "y",
                    y,
                    "dy",
                    "4");
        }
        svg.element(
                "text", front.up(), "class", "tick end", "x", Texts.number(LEFT - 8.0), "y", Texts.number(TOP - 8.0));
        svg.element(
                "text",
                front.across(),
                "class",
                "tick middle",
                "x",
                Texts.number((Plot.WIDTH + LEFT - RIGHT) / 2.0),
                "y",
                Texts.number(HEIGHT - 8.0));
        for (PlanDrawing.Point point : front.points()) {
            svg.open("g", "class", point.chosen() ? "trade chosen" : "trade");
            svg.element("title", point.title());
            svg.empty(
                    "circle",
                    "cx",
                    Texts.number(x(point.across())),
                    "cy",
                    Texts.number(y(point.up())),
                    "r",
                    point.chosen() ? "7" : "5");
            svg.close().line();
        }
    }

    private static String label(String metric, double value) {
        return metric.equals(PlanDrawing.ENERGY) ? Quantities.number(value) + " J" : Quantities.seconds(value);
    }
}
