package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Axis;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.PlotFrame;
import io.pepper.report.internal.markup.Scale;
import io.pepper.report.internal.markup.Texts;
import java.util.function.ToDoubleFunction;

/** A plot of the Pareto front of two metrics. */
final class FrontPlot {
    private static final int HEIGHT = 314;

    private FrontPlot() {}

    static Figure of(PlanDrawing.Front front) {
        PlotFrame frame = new PlotFrame(
                HEIGHT,
                axis(front, front.across(), PlanDrawing.Point::across),
                axis(front, front.up(), PlanDrawing.Point::up));
        String title = "The best trade-offs of " + front.across() + " and " + front.up();
        return new Figure("trade-offs", HEIGHT, svg -> {
            frame.draw(title, svg);
            front.points().forEach(point -> draw(point, frame, svg));
        });
    }

    private static Axis axis(PlanDrawing.Front front, String metric, ToDoubleFunction<PlanDrawing.Point> value) {
        Scale scale =
                Scale.linear(front.points().stream().mapToDouble(value).max().orElse(1));
        return metric.equals(PlanDrawing.ENERGY)
                ? new Axis(metric, scale, joules -> Quantities.number(joules) + " J")
                : new Axis(metric, scale, Quantities::seconds);
    }

    private static void draw(PlanDrawing.Point point, PlotFrame frame, Markup svg) {
        svg.open("g", "class", point.chosen() ? "trade chosen" : "trade");
        svg.element("title", point.title());
        svg.empty(
                "circle",
                "cx",
                Texts.number(frame.x(point.across())),
                "cy",
                Texts.number(frame.y(point.up())),
                "r",
                point.chosen() ? "7" : "5");
        svg.close().line();
    }
}
