package io.pepper.examples.cli;

import io.pepper.document.SafeText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A table of text with aligned columns. */
final class Table {
    private static final int MAX_WIDTH = 80;

    private final List<String[]> rows = new ArrayList<>();
    private final int[] widths;

    Table(String... heading) {
        widths = new int[heading.length];
        row(heading);
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    void row(String... cells) {
        String[] shown = Arrays.stream(cells).map(Table::shortened).toArray(String[]::new);
        for (int column = 0; column < widths.length; column++) {
            widths[column] = Math.max(widths[column], shown[column].length());
        }
        rows.add(shown);
    }

    /** Shortens very long names, which would break the table. */
    private static String shortened(String cell) {
        String printable = SafeText.line(cell.length() <= MAX_WIDTH ? cell : cell.substring(0, MAX_WIDTH));
        boolean whole = cell.length() <= MAX_WIDTH && printable.length() <= MAX_WIDTH;
        return whole ? printable : printable.substring(0, MAX_WIDTH - 1) + "…";
    }

    void print(PrintWriter out) {
        printRow(rows.get(0), out);
        out.println(Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("  ")));
        rows.stream().skip(1).forEach(row -> printRow(row, out));
    }

    private void printRow(String[] row, PrintWriter out) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(column == 0 ? "" : "  ").append(row[column]);
            line.append(" ".repeat(widths[column] - row[column].length()));
        }
        out.println(line.toString().stripTrailing());
    }
}
