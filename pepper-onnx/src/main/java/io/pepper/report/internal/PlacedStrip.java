package io.pepper.report.internal;

import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import io.pepper.report.internal.markup.Texts;
import java.util.List;

/** A drawing of the segments side by side in the colours of their devices, with the transfers between them. */
final class PlacedStrip {
    private static final int WIDTH = Figure.WIDTH;
    private static final int LEGEND = 22;
    private static final int BAR = 40;
    private static final int LABEL = 18;
    private static final int LEVELS = 3;
    private static final int SWATCH = 14;
    private static final double LETTER = 8;

    private final PlanDrawing drawing;
    private final Markup svg;
    private final double[] edges;

    private PlacedStrip(PlanDrawing drawing, Markup svg) {
        this.drawing = drawing;
        this.svg = svg;
        this.edges = new double[drawing.pieces().size() + 1];
        double sum =
                drawing.pieces().stream().mapToDouble(PlanDrawing.Piece::share).sum();
        for (int i = 0; i < drawing.pieces().size(); i++) {
            edges[i + 1] = edges[i] + WIDTH * drawing.pieces().get(i).share() / sum;
        }
    }

    static Figure of(PlanDrawing drawing) {
        return new Figure("segments and their devices", height(drawing), svg -> new PlacedStrip(drawing, svg).draw());
    }

    private static int height(PlanDrawing drawing) {
        return LEGEND * (drawing.devices().size() + 1) + BAR + LABEL * (LEVELS + 2);
    }

    private void draw() {
        legend();
        int top = LEGEND * drawing.devices().size() + LABEL;
        for (int i = 0; i < drawing.pieces().size(); i++) {
            piece(i, top);
        }
        svg.element(
                "text",
                "segments, as wide as their share of the arithmetic",
                "class",
                "tick",
                "x",
                "0",
                "y",
                Texts.number(height(drawing) - 4.0));
        for (int i = 0; i < drawing.hops().size(); i++) {
            hop(drawing.hops().get(i), top, i % LEVELS);
        }
    }

    private void legend() {
        List<PlanDrawing.Place> devices = drawing.devices();
        for (int i = 0; i < devices.size(); i++) {
            int y = LEGEND * i;
            svg.open("g", "class", "placed " + Palette.of(i));
            svg.empty(
                    "rect",
                    "x",
                    "0",
                    "y",
                    Texts.number(y + 2.0),
                    "width",
                    Integer.toString(SWATCH),
                    "height",
                    Integer.toString(SWATCH));
            svg.close();
            svg.open("text", "class", "fact", "x", Texts.number(SWATCH + 8.0), "y", Texts.number(y + 14.0));
            svg.element("tspan", Texts.shorten(devices.get(i).name()), "class", "strong");
            svg.element("tspan", "  " + devices.get(i).runs(), "dx", "8");
            svg.close().line();
        }
    }

    private void piece(int index, int top) {
        PlanDrawing.Piece piece = drawing.pieces().get(index);
        double wide = edges[index + 1] - edges[index];
        svg.open("g", "class", "placed " + Palette.of(piece.device()));
        svg.element("title", piece.title());
        svg.empty(
                "rect",
                "x",
                Texts.number(edges[index]),
                "y",
                Texts.number(top),
                "width",
                Texts.number(Math.max(0.5, wide - 1)),
                "height",
                Texts.number(BAR));
        String number = Integer.toString(index + 1);
        if (wide > LETTER * (number.length() + 1)) {
            svg.element(
                    "text",
                    number,
                    "class",
                    "middle",
                    "x",
                    Texts.number(edges[index] + wide / 2),
                    "y",
                    Texts.number(top + BAR / 2 + 4));
        }
        svg.close().line();
    }

    private void hop(PlanDrawing.Hop hop, int top, int level) {
        double x = edges[hop.before()];
        double y = top + BAR + LABEL * (level + 1);
        boolean late = x > WIDTH / 2.0;
        svg.open("g", "class", "hop");
        svg.element("title", hop.title());
        svg.empty(
                "line",
                "x1",
                Texts.number(x),
                "x2",
                Texts.number(x),
                "y1",
                Texts.number(top - 6.0),
                "y2",
                Texts.number(y));
        svg.element(
                "text",
                hop.label(),
                "class",
                late ? "end" : "begin",
                "x",
                Texts.number(late ? x - 5 : x + 5),
                "y",
                Texts.number(y));
        svg.close().line();
    }
}
