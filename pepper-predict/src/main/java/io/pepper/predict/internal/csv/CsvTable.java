package io.pepper.predict.internal.csv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Comma-separated values whose first line names the columns (RFC 4180, without quoted line breaks). */
public final class CsvTable {
    private static final int LONGEST = 1 << 20;
    private static final long MAX_LINES = 1 << 20;

    /** The rows are kept in memory; this number of characters fits into the heap. */
    private static final long MAX_CHARACTERS = Runtime.getRuntime().maxMemory() / 8;

    private static final ObjectReader READER = CsvMapper.builder()
            .enable(CsvParser.Feature.TRIM_SPACES)
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .build()
            .readerForArrayOf(String.class);
    private static final ObjectWriter WRITER =
            new CsvMapper().writerFor(List.class).with(CsvSchema.emptySchema().withLineSeparator("\n"));

    private CsvTable() {}

    /** A consumer of rows. */
    @FunctionalInterface
    public interface RowReader {
        /**
         * Receives a row.
         *
         * @param line the number of its line, from 1
         * @param values the values by column
         */
        void row(long line, Map<String, String> values);
    }

    /** A consumer of malformed lines. */
    @FunctionalInterface
    public interface Problems {
        /**
         * Receives a malformed line.
         *
         * @param line the number of the line, from 1
         * @param problem the problem of the line
         */
        void problem(long line, String problem);
    }

    /**
     * Reads a table.
     *
     * @param source the table's name in messages
     * @param in its bytes, in UTF-8
     * @param rows receives the rows
     * @param problems receives malformed lines: those with more or fewer values than there are columns, and a torn last
     *     line
     * @return the columns
     * @throws IOException if the table cannot be read, or has a line of more than 2^20 characters, more than 2^20
     *     lines, or more characters than an eighth of the bytes of the heap
     */
    public static List<String> read(String source, InputStream in, RowReader rows, Problems problems)
            throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        List<String> columns = List.of();
        StringBuilder line = new StringBuilder();
        long number = 0;
        long characters = 0;
        while (true) {
            int character = reader.read();
            if (++characters > MAX_CHARACTERS) {
                throw new IOException(
                        source + ": has more than " + MAX_CHARACTERS + " characters, all that the heap has room for");
            }
            if (character >= 0 && character != '\n') {
                line.append((char) character);
                if (line.length() > LONGEST) {
                    throw new IOException(source + ":" + (number + 1) + ": is longer than " + LONGEST + " characters");
                }
                continue;
            }
            if (character < 0 && line.isEmpty()) {
                return columns;
            }
            number++;
            if (number > MAX_LINES) {
                throw new IOException(source + ": has more than " + MAX_LINES + " lines");
            }
            String text = line.toString().strip();
            line.setLength(0);
            if (number == 1) {
                columns = header(source, text.startsWith("\uFEFF") ? text.substring(1) : text);
            } else if (!text.isEmpty()) {
                row(number, text, character < 0, columns, rows, problems);
            }
        }
    }

    private static List<String> header(String source, String text) throws IOException {
        List<String> columns;
        try {
            columns = values(text);
        } catch (IOException malformed) {
            throw new IOException(source + ":1: the column names: " + malformed.getMessage(), malformed);
        }
        if (text.indexOf('\r') >= 0) {
            throw new IOException(source + ":1: lines end with carriage returns alone: save it with line feeds");
        }
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!seen.add(column)) {
                throw new IOException(source + ":1: there are two columns '" + column + "'");
            }
        }
        return columns;
    }

    private static void row(
            long number, String text, boolean last, List<String> columns, RowReader rows, Problems problems) {
        if (last) {
            problems.problem(number, "torn: the last line has no line end");
            return;
        }
        List<String> values;
        try {
            values = values(text);
        } catch (IOException malformed) {
            problems.problem(number, "cannot be read: " + malformed.getMessage());
            return;
        }
        if (values.size() != columns.size()) {
            problems.problem(number, values.size() + " values where there are " + columns.size() + " columns");
            return;
        }
        Map<String, String> named = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) {
            named.put(columns.get(i), values.get(i));
        }
        rows.row(number, named);
    }

    private static List<String> values(String line) throws IOException {
        try (MappingIterator<String[]> parsed = READER.readValues(line)) {
            List<String> values = new ArrayList<>();
            while (parsed.hasNextValue()) {
                values.addAll(List.of(parsed.nextValue()));
            }
            return values;
        } catch (JsonProcessingException malformed) {
            throw new IOException(reason(malformed), malformed);
        } catch (RuntimeJsonMappingException malformed) {
            throw new IOException(
                    malformed.getCause() instanceof JsonProcessingException cause ? reason(cause) : "is malformed",
                    malformed);
        }
    }

    private static String reason(JsonProcessingException malformed) {
        return String.valueOf(malformed.getOriginalMessage());
    }

    /**
     * Formats a line.
     *
     * @param values one value for each column
     * @return the line with its line end
     */
    public static String line(List<String> values) {
        try {
            return WRITER.writeValueAsString(values);
        } catch (IOException never) {
            throw new UncheckedIOException(never);
        }
    }
}
