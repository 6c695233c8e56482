package io.pepper.report;

/** What people look at: a drawing, and a page around it that needs nothing else. The same input gives the same bytes. */
public interface Report {
    /**
     * The drawing.
     *
     * @return an SVG document
     */
    String svg();

    /**
     * The page.
     *
     * @return an HTML document
     */
    String html();
}
