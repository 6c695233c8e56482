package io.pepper.predict.internal.csv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Checks of column names, with advice on tables that other programs wrote. */
public final class Headers {
    private static final int MAX_NAMED = 10;
    private static final int MAX_CHARACTERS = 60;

    private Headers() {}

    /**
     * Requires one of two columns.
     *
     * @param file the table
     * @param columns its columns
     * @param one a column
     * @param other another column
     * @throws IOException if both columns are missing; the message says what the file probably is instead
     */
    public static void require(Path file, List<String> columns, String one, String other) throws IOException {
        if (columns.contains(one) || columns.contains(other)) {
            return;
        }
        if (columns.stream().allMatch(String::isEmpty)) {
            throw new IOException(file + ":1: has no column names: the file, or its first line, is empty");
        }
        throw new IOException(file + ":1: there is no column '" + one + "' or '" + other + "', only " + named(columns)
                + advice(columns, one, other));
    }

    private static String advice(List<String> columns, String one, String other) {
        String line = String.join(",", columns);
        if (line.indexOf('\0') >= 0) {
            return "; the file is not UTF-8 text (UTF-16?): save it as UTF-8";
        }
        if (columns.size() == 1 && line.contains(";")) {
            return "; its values are separated by semicolons: separate them by commas, with decimal points";
        }
        if (columns.size() == 1 && line.contains("\t")) {
            return "; its values are separated by tabs: separate them by commas";
        }
        boolean capitals =
                columns.stream().anyMatch(name -> name.equalsIgnoreCase(one) || name.equalsIgnoreCase(other));
        return capitals ? "; column names are in lower case" : "";
    }

    private static String named(List<String> columns) {
        String some = columns.stream()
                .limit(MAX_NAMED)
                .map(name -> name.length() > MAX_CHARACTERS ? name.substring(0, MAX_CHARACTERS) + "…" : name)
                .collect(Collectors.joining(", ", "[", ""));
        int more = columns.size() - MAX_NAMED;
        return some + (more > 0 ? " and " + more + " more]" : "]");
    }

    /**
     * Returns why a table has no record although no row is invalid.
     *
     * @param own whether it is a table of PEPPER for Java
     * @return a sentence
     */
    public static String whyEmpty(boolean own) {
        return own
                ? "there are no rows below the column names"
                : "there are no rows, or the clean-up of the original leaves out all of them (--raw keeps them)";
    }
}
