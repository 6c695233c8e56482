package io.pepper.report.internal.markup;

/** The grid, ticks and captions of a plot, and the positions of its points. */
public final class PlotFrame {
    private static final int LEFT = 90;
    private static final int RIGHT = 40;
    private static final int TOP = 48;
    private static final int BOTTOM = 44;

    private final int height;
    private final Axis across;
    private final Axis up;

    /**
     * Creates a frame that fills a figure.
     *
     * @param height of the figure
     * @param across the horizontal axis
     * @param up the vertical axis
     */
    public PlotFrame(int height, Axis across, Axis up) {
        this.height = height;
        this.across = across;
        this.up = up;
    }

    /**
     * Returns the horizontal coordinate of a value.
     *
     * @param value on the horizontal axis
     * @return units of the figure
     */
    public double x(double value) {
        return LEFT + (Figure.WIDTH - LEFT - RIGHT) * across.scale().place(value);
    }

    /**
     * Returns the vertical coordinate of a value.
     *
     * @param value on the vertical axis
     * @return units of the figure
     */
    public double y(double value) {
        return height - BOTTOM - (height - TOP - BOTTOM) * up.scale().place(value);
    }

    /**
     * Draws the plot without its points.
     *
     * @param title of the plot
     * @param svg the writer of the picture
     */
    public void draw(String title, Markup svg) {
        svg.element("text", title, "class", "fact strong", "x", "0", "y", "14");
        across.scale().ticks().forEach(tick -> vertical(tick, svg));
        up.scale().ticks().forEach(tick -> horizontal(tick, svg));
        String top = Texts.number(TOP - 14.0);
        svg.element("text", up.caption(), "class", "tick", "x", "0", "y", top);
        String middle = Texts.number((Figure.WIDTH + LEFT - RIGHT) / 2.0);
        svg.element("text", across.caption(), "class", "tick middle", "x", middle, "y", Texts.number(height - 8.0));
    }

    private void vertical(double tick, Markup svg) {
        String x = Texts.number(x(tick));
        String base = Texts.number(height - BOTTOM);
        svg.empty("line", "class", "grid", "x1", x, "x2", x, "y1", Texts.number(TOP), "y2", base);
        String below = Texts.number(height - BOTTOM + 18.0);
        svg.element("text", across.label().apply(tick), "class", "tick middle", "x", x, "y", below);
    }

    private void horizontal(double tick, Markup svg) {
        String y = Texts.number(y(tick));
        String right = Texts.number(Figure.WIDTH - RIGHT);
        svg.empty("line", "class", "grid", "x1", Texts.number(LEFT), "x2", right, "y1", y, "y2", y);
        String beside = Texts.number(LEFT - 8.0);
        svg.element("text", up.label().apply(tick), "class", "tick end", "x", beside, "y", y, "dy", "4");
    }
}
