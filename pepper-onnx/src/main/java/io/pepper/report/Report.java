package io.pepper.report;

/** A report for people: a drawing, and a self-contained page around it. The same input gives the same bytes. */
public interface Report {
    /**
     * Returns the drawing.
     *
     * @return an SVG document
     */
    String svg();

    /**
     * Returns the page.
     *
     * @return an HTML document
     */
    String html();
}
