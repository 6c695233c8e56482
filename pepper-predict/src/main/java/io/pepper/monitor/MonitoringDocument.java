package io.pepper.monitor;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A document of EdgeCloud Mon's monitoring API, with its field names. All values of entries are texts. Immutable and
 * therefore thread-safe.
 *
 * @param timestamp the time of reading
 * @param cloud the name of the cluster, for the field {@code minicloud_id}; may be empty
 * @param results entries by the title of their list, such as {@code Cpu Usage Results}; a list without entries is
 *     empty, not missing
 * @param notes the reasons why values or entries are missing, for people
 */
public record MonitoringDocument(
        Instant timestamp, String cloud, Map<String, List<Map<String, String>>> results, List<String> notes) {
    /**
     * Creates a document.
     *
     * @param timestamp the time of reading
     * @param cloud the name of the cluster; may be empty
     * @param results entries by the title of their list, in the given order
     * @param notes the reasons why values or entries are missing
     */
    public MonitoringDocument {
        Map<String, List<Map<String, String>>> copy = new LinkedHashMap<>();
        results.forEach((title, entries) -> copy.put(
                title,
                entries.stream()
                        .map(entry -> Collections.unmodifiableMap(new LinkedHashMap<>(entry)))
                        .toList()));
        results = Collections.unmodifiableMap(copy);
        notes = List.copyOf(notes);
    }

    /**
     * Returns the document as the fields of a JSON object.
     *
     * @return {@code timestamp} (ISO 8601, UTC), {@code minicloud_id}, the lists of entries by their titles, and {@code
     *     notes}, in this order
     */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", timestamp.toString());
        fields.put("minicloud_id", cloud);
        fields.putAll(results);
        fields.put("notes", notes);
        return Collections.unmodifiableMap(fields);
    }
}
