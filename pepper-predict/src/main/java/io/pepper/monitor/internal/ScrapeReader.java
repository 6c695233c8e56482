package io.pepper.monitor.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus' text format, version 0.0.4. A scrape that is malformed anywhere, or has a series twice,
 * is refused as a whole with the line. Only wanted metrics are kept. Used once.
 */
final class ScrapeReader {
    private static final int MAX_LINE = 1 << 16;
    private static final int MAX_SAMPLES = 20_000;
    private static final int MAX_LABELS = 64;
    private static final int MAX_NUMBER = 64;
    private static final Pattern NUMBER = Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");
    private static final Pattern TIMESTAMP = Pattern.compile("-?[0-9]{1,19}");

    private final String text;
    private final Predicate<String> wanted;
    private final Map<String, List<Sample>> samples = new TreeMap<>();
    private final Map<String, Set<Map<String, String>>> series = new TreeMap<>();
    private int kept;
    private int line;
    private int at;
    private int end;

    private ScrapeReader(String text, Predicate<String> wanted) {
        this.text = text;
        this.wanted = wanted;
    }

    /**
     * Reads a scrape.
     *
     * @param bytes the answer of an exporter
     * @param wanted whether to keep the samples of a metric
     * @return the samples by metric, without the name as a label; values may be NaN or infinite
     * @throws IOException if it is not in the format; the message has the line
     */
    static Map<String, List<Sample>> read(byte[] bytes, Predicate<String> wanted) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException garbage) {
            throw new IOException("the metrics are not UTF-8", garbage);
        }
        return new ScrapeReader(text, wanted).lines();
    }

    private Map<String, List<Sample>> lines() throws IOException {
        for (int begin = 0; begin < text.length(); begin = end + 1) {
            line++;
            int next = text.indexOf('\n', begin);
            end = next < 0 ? text.length() : next;
            at = begin;
            if (end - begin > MAX_LINE) {
                throw wrong("has more than " + MAX_LINE + " characters");
            }
            skipSpace();
            if (at < end && text.charAt(at) != '#') {
                sample();
            }
        }
        return samples;
    }

    private void sample() throws IOException {
        String name = name(true);
        Map<String, String> labels = new TreeMap<>();
        skipSpace();
        if (at < end && text.charAt(at) == '{') {
            at++;
            labels(labels);
        }
        skipSpace();
        double value = number(word());
        skipSpace();
        if (at < end && !TIMESTAMP.matcher(word()).matches()) {
            throw wrong("has something after the value that is no timestamp");
        }
        skipSpace();
        if (at < end) {
            throw wrong("has something after the timestamp");
        }
        if (wanted.test(name)) {
            keep(name, new Sample(labels, value));
        }
    }

    private void keep(String name, Sample sample) throws IOException {
        if (++kept > MAX_SAMPLES) {
            throw new IOException("the metrics have more than " + MAX_SAMPLES + " series that are read");
        }
        if (!series.computeIfAbsent(name, first -> new HashSet<>()).add(sample.labels())) {
            throw wrong("has a series of " + name + " that another line has, too");
        }
        samples.computeIfAbsent(name, first -> new ArrayList<>()).add(sample);
    }

    private void labels(Map<String, String> labels) throws IOException {
        skipSpace();
        while (at < end && text.charAt(at) != '}') {
            String label = name(false);
            skipSpace();
            expect('=');
            skipSpace();
            expect('"');
            String value = quoted();
            if (label.startsWith("__")) {
                throw wrong("has the reserved label " + SafeText.of(label));
            }
            if (labels.put(label, value) != null) {
                throw wrong("has the label " + SafeText.of(label) + " twice");
            }
            if (labels.size() > MAX_LABELS) {
                throw wrong("has more than " + MAX_LABELS + " labels");
            }
            skipSpace();
            if (at < end && text.charAt(at) != '}') {
                expect(',');
                skipSpace();
            }
        }
        expect('}');
    }

    private void expect(char expected) throws IOException {
        if (at >= end || text.charAt(at) != expected) {
            throw wrong("lacks a " + expected + (at < end ? " before '" + rest() + "'" : " at its end"));
        }
        at++;
    }

    /** Reads the name of a metric or of a label. */
    private String name(boolean ofMetric) throws IOException {
        int begin = at;
        while (at < end && isOfName(text.charAt(at), at > begin, ofMetric)) {
            at++;
        }
        if (at == begin) {
            throw wrong("has no name of a " + (ofMetric ? "metric" : "label") + " at '" + rest() + "'");
        }
        return text.substring(begin, at);
    }

    private static boolean isOfName(char letter, boolean inside, boolean ofMetric) {
        return (letter >= 'a' && letter <= 'z')
                || (letter >= 'A' && letter <= 'Z')
                || letter == '_'
                || (ofMetric && letter == ':')
                || (inside && letter >= '0' && letter <= '9');
    }

    private String quoted() throws IOException {
        StringBuilder value = new StringBuilder();
        while (at < end && text.charAt(at) != '"') {
            char letter = text.charAt(at++);
            if (letter == '\\') {
                letter = escaped();
            }
            value.append(letter);
        }
        expect('"');
        return value.toString();
    }

    private char escaped() throws IOException {
        char letter = at < end ? text.charAt(at++) : ' ';
        return switch (letter) {
            case '\\', '"' -> letter;
            case 'n' -> '\n';
            default -> throw wrong("has a backslash before something else than a backslash, a quote or n");
        };
    }

    private String word() throws IOException {
        int begin = at;
        while (at < end && !isSpace(text.charAt(at))) {
            at++;
        }
        if (at == begin || at - begin > MAX_NUMBER) {
            throw wrong("has no number where its value or time should be");
        }
        return text.substring(begin, at);
    }

    private double number(String word) throws IOException {
        return switch (word) {
            case "NaN" -> Double.NaN;
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                if (!NUMBER.matcher(word).matches()) {
                    throw wrong("has the value '" + SafeText.of(word) + "', which is no number");
                }
                yield Double.parseDouble(word);
            }
        };
    }

    private void skipSpace() {
        while (at < end && isSpace(text.charAt(at))) {
            at++;
        }
    }

    /** Lines may end in a carriage return. */
    private static boolean isSpace(char letter) {
        return letter == ' ' || letter == '\t' || letter == '\r';
    }

    private String rest() {
        return SafeText.of(text.substring(at, Math.min(end, at + 20)));
    }

    private IOException wrong(String what) {
        return new IOException("line " + line + " of the metrics " + what);
    }
}
