package io.pepper.report.internal;

import io.pepper.document.SafeText;
import io.pepper.report.internal.markup.Figure;
import io.pepper.report.internal.markup.Markup;
import java.util.ArrayList;
import java.util.List;

/** Sentences in a picture, broken into lines. */
final class Paragraphs {
    private static final int LINE_HEIGHT = 20;
    private static final int BASELINE = 14;

    /** The number of characters that fit into the width of a figure. */
    private static final int LONGEST_LINE = 160;

    private Paragraphs() {}

    static Figure of(String label, List<String> sentences) {
        List<String> lines =
                sentences.stream().flatMap(text -> lines(text).stream()).toList();
        return new Figure(label, LINE_HEIGHT * lines.size(), svg -> draw(lines, svg));
    }

    private static void draw(List<String> lines, Markup svg) {
        for (int i = 0; i < lines.size(); i++) {
            String y = String.valueOf(BASELINE + LINE_HEIGHT * i);
            svg.element("text", lines.get(i), "class", "fact", "x", "0", "y", y);
        }
    }

    /** Breaks a text between words. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : SafeText.line(text).split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > LONGEST_LINE) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
