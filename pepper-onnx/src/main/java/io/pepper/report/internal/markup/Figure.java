package io.pepper.report.internal.markup;

import java.util.function.Consumer;

/**
 * A picture as wide as all others.
 *
 * @param label the description for screen readers
 * @param height in units of the picture
 * @param drawing the writer of the content
 */
public record Figure(String label, int height, Consumer<Markup> drawing) {
    /** The width of all figures, in units of the picture. */
    public static final int WIDTH = 1200;

    /** Writes the picture into a page. */
    void into(Markup html) {
        html.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "viewBox",
                "0 0 " + WIDTH + " " + height,
                "role",
                "group",
                "aria-label",
                label);
        drawing.accept(html);
        html.close().line();
    }
}
