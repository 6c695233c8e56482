package io.pepper.report.internal.markup;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A plot of many points with a reference line. */
public final class ScatterPlot {
    private static final int HEIGHT = 560;
    private static final int LEGEND = 600;

    /** The number of translucent layers: dense regions are darker, and the picture stays small. */
    private static final int LAYERS = 4;

    private ScatterPlot() {}

    /**
     * A reference line.
     *
     * @param label its meaning
     * @param x its ends on the horizontal axis
     * @param y its ends on the vertical axis
     */
    public record Line(String label, List<Double> x, List<Double> y) {
        /**
         * Copies the ends.
         *
         * @param label text of the legend
         * @param x both horizontal values
         * @param y both vertical values
         */
        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
        }
    }

    /**
     * Draws a plot.
     *
     * @param title of the plot
     * @param across the horizontal axis
     * @param up the vertical axis
     * @param line drawn across the points
     * @param point the meaning of a point
     * @param x by point, its value on the horizontal axis
     * @param y by point, its value on the vertical axis
     * @return the figure
     */
    public static Figure of(String title, Axis across, Axis up, Line line, String point, double[] x, double[] y) {
        PlotFrame frame = new PlotFrame(HEIGHT, across, up);
        List<String> layers = layers(frame, x, y);
        return new Figure(title, HEIGHT, svg -> {
            frame.draw(title, svg);
            layers.forEach(
                    path -> svg.empty("path", "class", "points", "d", path).line());
            svg.empty(
                    "line",
                    "class",
                    "guide",
                    "x1",
                    Texts.number(frame.x(line.x.get(0))),
                    "x2",
                    Texts.number(frame.x(line.x.get(1))),
                    "y1",
                    Texts.number(frame.y(line.y.get(0))),
                    "y2",
                    Texts.number(frame.y(line.y.get(1))));
            legend(point, line.label, svg);
        });
    }

    /** Points are lines without length and with round ends. Those of a layer that coincide are one. */
    private static List<String> layers(PlotFrame frame, double[] x, double[] y) {
        List<Set<String>> layers = new ArrayList<>();
        for (int i = 0; i < LAYERS; i++) {
            layers.add(new LinkedHashSet<>());
        }
        for (int i = 0; i < x.length; i++) {
            layers.get(i % LAYERS).add("M" + Math.round(frame.x(x[i])) + " " + Math.round(frame.y(y[i])) + "h0");
        }
        return layers.stream()
                .filter(layer -> !layer.isEmpty())
                .map(layer -> String.join("", layer))
                .toList();
    }

    private static void legend(String point, String line, Markup svg) {
        svg.empty("path", "class", "points", "d", "M" + LEGEND + " 10h0");
        svg.element("text", point, "class", "fact", "x", Texts.number(LEGEND + 12.0), "y", "14");
        double second = LEGEND + 240.0;
        svg.empty(
                "line",
                "class",
                "guide",
                "x1",
                Texts.number(second),
                "x2",
                Texts.number(second + 26),
                "y1",
                "10",
                "y2",
                "10");
        svg.element("text", line, "class", "fact", "x", Texts.number(second + 34), "y", "14")
                .line();
    }
}
