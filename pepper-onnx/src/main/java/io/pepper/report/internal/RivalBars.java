package io.pepper.report.internal;

/** A chart of the latency of the chosen placement beside that of others. */
final class RivalBars {
    private static final int LEFT = 190;
    private static final int RIGHT = 330;
    private static final int TOP = 26;
    private static final int ROW = 26;
    private static final int BAR = 18;

    private RivalBars() {}

    static int height(PlanDrawing drawing) {
        return TOP + ROW * drawing.rivals().size() + 10;
    }

    static void draw(PlanDrawing drawing, Markup svg) {
        Axis axis = new Axis(drawing.rivals().stream()
                .mapToDouble(PlanDrawing.Rival::latencySeconds)
                .filter(Double::isFinite)
                .max()
                .orElse(1));
        svg.element(
                "text", "Latency beside other plans (light: travelling)", "class", "fact strong", "x", "0", "y", "14");
        for (int i = 0; i < drawing.rivals().size(); i++) {
            rival(drawing.rivals().get(i), i, axis, svg);
        }
    }

    private static void rival(PlanDrawing.Rival rival, int row, Axis axis, Markup svg) {
        String y = Texts.number(TOP + ROW * row + 4.0);
        String base = Texts.number(TOP + ROW * row + 17.0);
        svg.open("g", "class", row == 0 ? "rival chosen" : "rival");
        svg.element("text", Texts.shorten(rival.label()), "class", "end", "x", Texts.number(LEFT - 10.0), "y", base);
        double length = 0;
        if (Double.isFinite(rival.latencySeconds())) {
            double scale = Plot.WIDTH - LEFT - RIGHT;
            length = scale * axis.place(rival.latencySeconds());
            rect(svg, "travels", y, length);
            rect(svg, "computes", y, scale * axis.place(rival.computeSeconds()));
        }
        boolean possible = Double.isFinite(rival.latencySeconds());
        String text = (possible ? Quantities.seconds(rival.latencySeconds()) : "")
                + (possible && !rival.note().isEmpty() ? ", " : "")
                + rival.note();
        svg.element("text", text, "x", Texts.number(LEFT + length + 8), "y", base);
        svg.close().line();
    }

    private static void rect(Markup svg, String style, String y, double length) {
        svg.empty(
                "rect",
                "class",
                style,
                "x",
                Texts.number(LEFT),
                "y",
                y,
                "width",
                Texts.number(Math.max(0.5, length)),
                "height",
                Integer.toString(BAR));
    }
}
