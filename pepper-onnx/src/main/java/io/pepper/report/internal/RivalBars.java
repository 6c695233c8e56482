package io.pepper.report.internal;

import io.pepper.internal.text.Quantities;
import io.pepper.report.internal.markup.BarChart;
import io.pepper.report.internal.markup.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A chart of the latency of the chosen placement beside that of others. */
final class RivalBars {
    private RivalBars() {}

    static Figure of(String latency, List<PlanDrawing.Rival> rivals) {
        List<BarChart.Bar> bars = new ArrayList<>();
        for (PlanDrawing.Rival rival : rivals) {
            bars.add(bar(rival, bars.isEmpty()));
        }
        return BarChart.of(
                latency.substring(0, 1).toUpperCase(Locale.ROOT) + latency.substring(1)
                        + " beside other plans (light: travelling)",
                bars,
                Quantities::seconds);
    }

    private static BarChart.Bar bar(PlanDrawing.Rival rival, boolean chosen) {
        String style = chosen ? "rival chosen" : "rival";
        if (!Double.isFinite(rival.latencySeconds())) {
            return new BarChart.Bar(style, rival.label(), List.of(), rival.note());
        }
        List<BarChart.Layer> layers = List.of(
                new BarChart.Layer("travels", rival.latencySeconds()),
                new BarChart.Layer("computes", rival.computeSeconds()));
        String latency = Quantities.seconds(rival.latencySeconds());
        String text = rival.note().isEmpty() ? latency : latency + ", " + rival.note();
        return new BarChart.Bar(style, rival.label(), layers, text);
    }
}
