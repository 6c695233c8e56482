package io.pepper.monitor;

import io.pepper.document.SafeText;
import io.pepper.monitor.internal.Sample;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A builder of a {@link MonitoringDocument} from texts of servers, which it bounds. For one thread. */
final class DocumentBuilder {
    private static final int MAX_ENTRIES = 10_000;
    private static final int MAX_NOTES = 100;
    private static final int MAX_CHARACTERS = 200;

    /** The largest accepted value: an exbibyte, which also exceeds any number of cores, threads and seconds. */
    private static final double MOST = 1L << 60;

    private final String cloud;
    private final Map<String, List<Map<String, String>>> results = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();

    DocumentBuilder(String cloud) {
        this.cloud = cloud;
    }

    /** Starts a list, so that it is there without entries, too. */
    void list(String title) {
        results.putIfAbsent(title, new ArrayList<>());
    }

    /** Adds an entry, unless the list is full. */
    void add(String title, Map<String, String> entry) {
        List<Map<String, String>> entries = results.computeIfAbsent(title, first -> new ArrayList<>());
        if (entries.size() == MAX_ENTRIES) {
            note(title + ": only the first " + MAX_ENTRIES + " entries are listed");
            return;
        }
        Map<String, String> safe = new LinkedHashMap<>();
        entry.forEach((field, value) -> safe.put(field, SafeText.line(value, MAX_CHARACTERS)));
        entries.add(safe);
    }

    void note(String note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(SafeText.line(note, 3 * MAX_CHARACTERS));
        } else {
            notes.add("there are further notes");
        }
    }

    /** Notes that rates are too low after a recent start, which is empty for an old one. */
    void noteStart(String started, String window) {
        if (!started.isEmpty()) {
            note("rates are too low until their window of " + window + " is full: " + started);
        }
    }

    /** Adds the failures and warnings of the queries. */
    void note(PrometheusReading reading) {
        reading.failed().forEach(this::note);
        reading.warnings().forEach(this::note);
    }

    boolean isEmpty() {
        return results.values().stream().allMatch(List::isEmpty);
    }

    MonitoringDocument build() {
        return new MonitoringDocument(Instant.now(), cloud, results, List.copyOf(notes));
    }

    /** Returns whether a value can be an amount: finite, not negative, and not beyond all bounds. */
    static boolean isAmount(double value) {
        return value >= 0 && value <= MOST;
    }

    /** Formats a finite number without an exponent. */
    static String number(double value) {
        BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0).toPlainString() : exact.toPlainString();
    }

    /** Returns a label of a sample; empty if it has none. */
    static String label(Sample sample, String name) {
        return sample.labels().getOrDefault(name, "");
    }
}
