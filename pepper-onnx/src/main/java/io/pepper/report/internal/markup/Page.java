package io.pepper.report.internal.markup;

import java.util.List;
import java.util.Map;

/** A self-contained HTML page, which is also well-formed XML. For one thread. */
public final class Page {
    private final Markup html = new Markup();

    private Page() {}

    /**
     * Starts a page.
     *
     * @param title of the document
     * @param styles style sheets beside those of all pages and pictures
     * @return the page, whose body is open
     */
    public static Page titled(String title, String... styles) {
        Page page = new Page();
        Markup html = page.html;
        html.raw("<!DOCTYPE html>").line();
        html.open("html", "lang", "en").open("head").line();
        html.empty("meta", "charset", "utf-8").line();
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
                .line();
        html.element("title", title).line();
        String ours = Texts.resource(Page.class, "picture.css") + Texts.resource(Page.class, "page.css");
        html.code("style", ours + String.join("", styles)).line();
        html.close().line().open("body").line();
        return page;
    }

    /**
     * Writes the header.
     *
     * @param heading of the page
     * @param facts short lines about the whole
     * @param sentences the summary of the page
     * @return this
     */
    public Page header(String heading, List<String> facts, List<String> sentences) {
        html.open("header").element("h1", heading);
        if (!facts.isEmpty()) {
            html.element("p", String.join(" · ", facts), "class", "facts");
        }
        sentences.forEach(this::sentence);
        html.close().line();
        return this;
    }

    /**
     * Writes a paragraph.
     *
     * @param sentence any text
     * @return this
     */
    public Page sentence(String sentence) {
        html.element("p", sentence, "class", "sentence").line();
        return this;
    }

    /**
     * Writes a list of names and texts.
     *
     * @param entries texts by name, in their order
     * @return this
     */
    public Page definitions(Map<String, String> entries) {
        html.open("dl").line();
        entries.forEach(
                (name, text) -> html.element("dt", name).element("dd", text).line());
        html.close().line();
        return this;
    }

    /**
     * Writes pictures as one figure.
     *
     * @param caption text below the pictures, or empty for none
     * @param pictures one below the other
     * @return this
     */
    public Page figure(String caption, Figure... pictures) {
        html.open("figure").line();
        for (Figure picture : pictures) {
            picture.into(html);
        }
        if (!caption.isEmpty()) {
            html.element("figcaption", caption);
        }
        html.close().line();
        return this;
    }

    /**
     * Writes a table.
     *
     * @param names how many columns, from the left, hold names; the others hold numbers
     * @param columns their headings
     * @param rows texts by row and column
     * @return this
     */
    public Page table(int names, List<String> columns, List<List<String>> rows) {
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        for (int i = 0; i < columns.size(); i++) {
            html.element("th", columns.get(i), attributes(i < names, "scope", "col"));
        }
        html.close().close().open("tbody").line();
        for (List<String> row : rows) {
            html.open("tr");
            for (int i = 0; i < row.size(); i++) {
                html.element("td", row.get(i), attributes(i < names));
            }
            html.close().line();
        }
        html.close().close().close().line();
        return this;
    }

    private static String[] attributes(boolean named, String... others) {
        if (named) {
            return others;
        }
        String[] all = new String[others.length + 2];
        System.arraycopy(others, 0, all, 0, others.length);
        all[others.length] = "class";
        all[others.length + 1] = "number-cell";
        return all;
    }

    /**
     * Returns the writer of the body, for content of a single kind of page.
     *
     * @return the writer of this page
     */
    public Markup body() {
        return html;
    }

    /**
     * Ends the page.
     *
     * @return the HTML document
     */
    public String end() {
        return html.close().close().line().toString();
    }
}
