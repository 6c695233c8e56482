package io.pepper.report.internal;

import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Texts;
import java.util.List;
import java.util.OptionalLong;

/** A plot of the live bytes and the arithmetic along the operators, with the cuts. */
final class Plot {
    private static final int WIDTH = Figure.WIDTH;
    private static final int HEIGHT = 400;
    private static final int LEFT = 78;
    private static final int RIGHT = 60;
    private static final int TOP = 34;
    private static final int BOTTOM = 44;
    private static final int COLUMNS = 1000;
    private static final int LINES = 4;

    private final Drawing drawing;
    private final Shares shares;
    private final LiveScale scale;
    private final Markup svg;
    private final List<Integer> best;

    static Figure of(Drawing drawing) {
        return new Figure(
                "bytes alive, arithmetic and cuts along the operators", HEIGHT, svg -> new Plot(drawing, svg).draw());
    }

    private Plot(Drawing drawing, Markup svg) {
        this.drawing = drawing;
        this.svg = svg;
        shares = new Shares(drawing);
        scale = LiveScale.of(drawing.steps());
        best = BestMarks.of(drawing);
    }

    private void draw() {
        axes();
        if (scale.isKnown()) {
            svg.empty("path", "class", "live", "d", area());
        } else {
            String missing = "The sizes of some tensors are unknown, so that the live bytes cannot be drawn.";
            svg.element("text", missing, "class", "missing", "x", Texts.number(LEFT + 20), "y", "80");
        }
        if (shares.isKnown()) {
            svg.empty("path", "class", "work", "d", work());
        }
        for (int i = 0; i < drawing.marks().size(); i++) {
            mark(i);
        }
        numbers();
    }

    /** Returns the middle of a step. */
    private double x(double step) {
        double width = WIDTH - LEFT - RIGHT;
        return LEFT + width * (step + 0.5) / Math.max(1, drawing.steps().size());
    }

    private double y(double share) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share;
    }

    private void axes() {
        String right = Texts.number(WIDTH - RIGHT);
        for (LiveScale.Tick tick : scale.ticks()) {
            String y = Texts.number(y(tick.place()));
            svg.empty("line", "class", "grid", "x1", Texts.number(LEFT), "x2", right, "y1", y, "y2", y);
            svg.element("text", tick.label(), "class", "tick end", "x", Texts.number(LEFT - 8), "y", y, "dy", "4");
        }
        for (int line = 0; shares.isKnown() && line <= LINES; line++) {
            double share = line / (double) LINES;
            String label = Texts.number(share * 100) + " %";
            svg.element(
                    "text",
                    label,
                    "class",
                    "tick work-tick",
                    "x",
                    Texts.number(WIDTH - RIGHT + 8),
                    "y",
                    Texts.number(y(share)),
                    "dy",
                    "4");
        }
        String base = Texts.number(y(0));
        svg.empty("line", "class", "axis", "x1", Texts.number(LEFT), "x2", right, "y1", base, "y2", base);
        int last = drawing.steps().size();
        for (int line = 0; line <= LINES && last > 0; line++) {
            int step = (int) Math.round((double) last * line / LINES);
            svg.element(
                    "text",
                    Integer.toString(step),
                    "class",
                    "tick middle",
                    "x",
                    Texts.number(x(step - 0.5)),
                    "y",
                    Texts.number(y(0) + 18));
        }
        caption(
                "bytes alive after each operator" + (scale.isLogarithmic() ? " (logarithmic)" : ""),
                "live-text",
                LEFT,
                "");
        if (shares.isKnown()) {
            caption("arithmetic done so far", "work-text end", WIDTH - RIGHT, "");
        }
        svg.element(
                "text",
                "operators in order",
                "class",
                "tick middle",
                "x",
                Texts.number((WIDTH - RIGHT + LEFT) / 2.0),
                "y",
                Texts.number(HEIGHT - 8));
    }

    private void caption(String text, String style, int x, String more) {
        svg.element("text", text + more, "class", style, "x", Texts.number(x), "y", Texts.number(TOP - 14));
    }

    /** Returns an area with a step for each operator; with very many, the highest of those that share a column. */
    private String area() {
        int steps = drawing.steps().size();
        int columns = Math.min(COLUMNS, steps);
        StringBuilder path = new StringBuilder("M" + Texts.number(x(-0.5)) + " " + Texts.number(y(0)));
        for (int column = 0; column < columns; column++) {
            int from = (int) ((long) column * steps / columns);
            int to = (int) ((long) (column + 1) * steps / columns);
            double high = 0;
            for (int step = from; step < to; step++) {
                high = Math.max(high, scale.place(drawing.steps().get(step).liveBytes()));
            }
            path.append('V').append(Texts.number(y(high))).append('H').append(Texts.number(x(to - 0.5)));
        }
        return path.append('V').append(Texts.number(y(0))).append('Z').toString();
    }

    private String work() {
        int steps = drawing.steps().size();
        int columns = Math.min(COLUMNS, steps);
        StringBuilder path = new StringBuilder("M" + Texts.number(x(-0.5)) + " " + Texts.number(y(0)));
        for (int column = 0; column < columns; column++) {
            int last = (int) ((long) (column + 1) * steps / columns) - 1;
            path.append('L').append(Texts.number(x(last + 0.5))).append(' ').append(Texts.number(y(shares.upTo(last))));
        }
        return path.toString();
    }

    private void mark(int place) {
        Drawing.Mark mark = drawing.marks().get(place);
        OptionalLong live = drawing.steps().get(mark.after()).liveBytes();
        String x = Texts.number(x(mark.after() + 0.5));
        double top = scale.isKnown() ? y(scale.place(live)) : y(1);
        String style = "cut" + (mark.width() > 1 ? " wide" : "") + (best.contains(place) ? " best" : "");
        svg.open("g", "class", style, "data-cut", Integer.toString(place), "tabindex", "0");
        svg.element("title", Marks.title(mark, shares));
        svg.empty("line", "class", "hit", "x1", x, "x2", x, "y1", Texts.number(y(0)), "y2", Texts.number(y(1)));
        svg.empty("line", "x1", x, "x2", x, "y1", Texts.number(y(0)), "y2", Texts.number(top));
        svg.empty("circle", "cx", x, "cy", Texts.number(top), "r", best.contains(place) ? "5" : "3");
        svg.close().line();
    }

    /** Draws the numbers of the highlighted cuts, which the list below explains. */
    private void numbers() {
        for (int i = 0; i < best.size(); i++) {
            Drawing.Mark mark = drawing.marks().get(best.get(i));
            double place = scale.place(drawing.steps().get(mark.after()).liveBytes());
            String x = Texts.number(x(mark.after() + 0.5));
            String y = Texts.number(Math.max(y(place) - 14, TOP + 2.0));
            svg.empty("circle", "class", "badge", "cx", x, "cy", y, "r", "9");
            svg.element("text", Integer.toString(i + 1), "class", "number", "x", x, "y", y, "dy", "4");
        }
    }
}
