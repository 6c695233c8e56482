package io.pepper.report.internal.markup;

import java.util.List;
import java.util.function.DoubleFunction;

/** A chart of horizontal bars, each with its name and its value. */
public final class BarChart {
    private static final int MIN_LEFT = 190;
    private static final int MAX_LEFT = 440;
    private static final int TOP = 26;
    private static final int ROW = 26;
    private static final int BAR = 18;
    private static final int BOTTOM = 28;
    private static final double LETTER = 6.6;
    private static final int MIN_RIGHT = 90;
    private static final int MAX_RIGHT = 420;

    private final List<Bar> bars;
    private final Scale scale;
    private final int left;
    private final int right;

    private BarChart(List<Bar> bars) {
        this.bars = bars;
        this.scale = Scale.linear(bars.stream().mapToDouble(Bar::greatest).max().orElse(1));
        this.left = room(
                MIN_LEFT,
                MAX_LEFT,
                bars.stream().map(bar -> Texts.shorten(bar.name)).toList());
        this.right = room(MIN_RIGHT, MAX_RIGHT, bars.stream().map(Bar::text).toList());
    }

    private static int room(int least, int most, List<String> texts) {
        int longest = texts.stream().mapToInt(String::length).max().orElse(0);
        return (int) Math.max(least, Math.min(most, LETTER * longest + 20));
    }

    /**
     * A part of a bar, drawn over the previous parts.
     *
     * @param style class of the style sheet
     * @param value its end; its start is 0
     */
    public record Layer(String style, double value) {}

    /**
     * A bar.
     *
     * @param style class of the style sheet
     * @param name the label before it
     * @param layers the parts, in the order of drawing; none if there is no value
     * @param text the label behind it
     */
    public record Bar(String style, String name, List<Layer> layers, String text) {
        /**
         * Copies the layers.
         *
         * @param style class of the style sheet
         * @param name label before the bar
         * @param layers parts of the bar, which may be none
         * @param text label behind the bar
         */
        public Bar {
            layers = List.copyOf(layers);
        }

        private double greatest() {
            return layers.stream().mapToDouble(Layer::value).max().orElse(0);
        }
    }

    /**
     * Draws a chart.
     *
     * @param title of the chart
     * @param bars from top to bottom, with finite values
     * @param label a value with its unit
     * @return the figure
     */
    public static Figure of(String title, List<Bar> bars, DoubleFunction<String> label) {
        BarChart chart = new BarChart(bars);
        return new Figure(title, TOP + ROW * bars.size() + BOTTOM, svg -> {
            svg.element("text", title, "class", "fact strong", "x", "0", "y", "14");
            chart.scale.ticks().forEach(tick -> chart.tick(tick, label.apply(tick), svg));
            for (int row = 0; row < bars.size(); row++) {
                chart.bar(row, svg);
            }
        });
    }

    private double length(double value) {
        return (Figure.WIDTH - left - right) * scale.place(value);
    }

    private void tick(double tick, String label, Markup svg) {
        String x = Texts.number(left + length(tick));
        int base = TOP + ROW * bars.size();
        svg.empty("line", "class", "grid", "x1", x, "x2", x, "y1", Texts.number(TOP), "y2", Texts.number(base));
        svg.element("text", label, "class", "tick middle", "x", x, "y", Texts.number(base + 18.0));
    }

    private void bar(int row, Markup svg) {
        Bar bar = bars.get(row);
        String y = Texts.number(TOP + ROW * row + 4.0);
        String base = Texts.number(TOP + ROW * row + 17.0);
        svg.open("g", "class", bar.style);
        svg.element("text", Texts.shorten(bar.name), "class", "end", "x", Texts.number(left - 10.0), "y", base);
        for (Layer layer : bar.layers) {
            svg.empty(
                    "rect",
                    "class",
                    layer.style,
                    "x",
                    Texts.number(left),
                    "y",
                    y,
                    "width",
                    Texts.number(Math.max(0.5, length(layer.value))),
                    "height",
                    Integer.toString(BAR));
        }
        svg.element("text", bar.text, "x", Texts.number(left + length(bar.greatest()) + 8), "y", base);
        svg.close().line();
    }
}
