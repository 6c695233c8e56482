package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.Axis;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.PlotFrame;
import io.pepper.report.internal.markup.Scale;
import io.pepper.report.internal.markup.Texts;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** A plot of the Pareto front of two quantities. */
final class FrontPlot {
    private static final int HEIGHT = 314;

    private FrontPlot() {}

    static Figure of(PlanDrawing.Front front) {
        PlotFrame frame = new PlotFrame(
                HEIGHT,
                axis(front, front.across(), PlanDrawing.Point::across),
                axis(front, front.up(), PlanDrawing.Point::up));
        String title = "The best trade-offs of " + front.across().name() + " and "
                + front.up().name();
        return new Figure("trade-offs", HEIGHT, svg -> {
            frame.draw(title, svg);
            front.points().forEach(point -> draw(point, frame, svg));
        });
    }

    private static Axis axis(
            PlanDrawing.Front front, PlanDrawing.Quantity quantity, ToDoubleFunction<PlanDrawing.Point> value) {
        double[] values = front.points().stream().mapToDouble(value).toArray();
        Scale scale = Scale.around(
                Arrays.stream(values).min().orElse(0),
                Arrays.stream(values).max().orElse(1));
        return new Axis(quantity.name(), scale, number -> switch (quantity.unit()) {
            case SECONDS -> Quantities.seconds(number);
            case JOULES -> Quantities.number(number) + " J";
            case PER_SECOND -> Quantities.number(number);
        });
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
