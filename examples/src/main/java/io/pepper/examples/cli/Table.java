package io.pepper.examples.cli;

import io.pepper.document.SafeText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;

/** A table with aligned columns, printed by picocli. */
final class Table {
    private static final int MAX_WIDTH = 80;
    private static final int GAP = 2;

    /** The least width of the names of facts, so that neighbouring lists align. */
    private static final int FACT_NAMES = 10;

    /** The middle of a start of picocli's own markup, which a cell may contain. */
    private static final String INSIDE_MARKUP = "(?<=@)(?=\\|)";

    private final List<String[]> rows = new ArrayList<>();
    private final int columns;
    private final int indent;
    private final boolean headed;

    private Table(int columns, int indent, boolean headed) {
        this.columns = columns;
        this.indent = indent;
        this.headed = headed;
    }

    /** Creates a table with a heading by column. */
    Table(String... heading) {
        this(heading.length, 0, true);
        row(heading);
    }

    /** Creates a list of names and texts, which belongs to the line before it. */
    static Table ofFacts() {
        return new Table(2, GAP, false);
    }

    boolean isEmpty() {
        return rows.size() == (headed ? 1 : 0);
    }

    void row(String... cells) {
        rows.add(Arrays.stream(cells).map(this::shortened).toArray(String[]::new));
    }

    /** Shortens very long names, which would break the table. */
    private String shortened(String cell) {
        if (!headed) {
            return SafeText.line(cell);
        }
        String printable = SafeText.line(cell.length() <= MAX_WIDTH ? cell : cell.substring(0, MAX_WIDTH));
        boolean whole = cell.length() <= MAX_WIDTH && printable.length() <= MAX_WIDTH;
        return whole ? printable : printable.substring(0, MAX_WIDTH - 1) + "…";
    }

    void print(PrintWriter out) {
        int[] widths = IntStream.range(0, columns).map(this::width).toArray();
        TextTable table = TextTable.forColumns(
                Help.defaultColorScheme(Ansi.OFF),
                IntStream.range(0, columns)
                        .mapToObj(column -> column(column, widths[column]))
                        .toArray(Column[]::new));
        for (String[] row : rows) {
            table.addRowValues(Arrays.stream(row).map(Table::text).toArray(Ansi.Text[]::new));
            if (headed && table.rowCount() == 1) {
                table.addRowValues(Arrays.stream(widths).mapToObj("-"::repeat).toArray(String[]::new));
            }
        }
        out.print(table);
    }

    private int width(int column) {
        int least = column == 0 && !headed ? FACT_NAMES : 0;
        return rows.stream().mapToInt(row -> row[column].length()).reduce(least, Math::max);
    }

    private Column column(int column, int width) {
        int before = column == 0 ? indent : GAP;
        return new Column(Math.max(1, before + width), before, Column.Overflow.TRUNCATE);
    }

    private static Ansi.Text text(String cell) {
        Ansi.Text text = Ansi.OFF.new Text(0);
        for (String part : cell.split(INSIDE_MARKUP, -1)) {
            text = text.concat(part);
        }
        return text;
    }
}
