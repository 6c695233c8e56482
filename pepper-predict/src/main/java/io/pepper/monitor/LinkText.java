package io.pepper.monitor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.document.InvalidFileException;
import io.pepper.document.SafeText;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;

/** The texts of a question for the links of a node, and of its answer. */
final class LinkText {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_SHOWN = 300;

    private LinkText() {}

    /**
     * The link to another node.
     *
     * @param to the other node
     * @param latencySeconds the latency; empty if the link was never measured
     * @param bytesPerSecond the bandwidth to the other node, known with the latency
     * @param reverseBytesPerSecond the bandwidth from there, known with the latency
     * @param ageSeconds the age of the measurement, known with the latency
     * @param failures the number of measurements that failed
     * @param problem why the last measurement failed; empty if it did not
     */
    record Measured(
            String to,
            OptionalDouble latencySeconds,
            OptionalDouble bytesPerSecond,
            OptionalDouble reverseBytesPerSecond,
            OptionalDouble ageSeconds,
            long failures,
            String problem) {}

    /** Returns the arguments for the links to some nodes. */
    static String arguments(Collection<String> to) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("to");
            for (String each : to) {
                json.writeString(each);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    /**
     * Reads the answer of a node.
     *
     * @param from the node
     * @param asked the nodes in the question; links to others are ignored
     * @param text the answer
     * @throws InvalidFileException if it is none, or a value is out of its range; the message names the field
     */
    static List<Measured> read(String from, Collection<String> asked, String text) throws InvalidFileException {
        String name = "the links of '" + from + "'";
        List<Measured> links = new ArrayList<>();
        for (Fields each : Fields.ofJson(name, Document.read(text, name)).list("links")) {
            String to = each.requiredText("to");
            if (asked.contains(to)) {
                links.add(measured(each, to));
            }
        }
        return links;
    }

    private static Measured measured(Fields fields, String to) throws InvalidFileException {
        boolean known = fields.has("latencySeconds");
        OptionalDouble none = OptionalDouble.empty();
        return new Measured(
                to,
                known ? OptionalDouble.of(amount(fields, "latencySeconds", false)) : none,
                known ? OptionalDouble.of(amount(fields, "bytesPerSecond", true)) : none,
                known ? OptionalDouble.of(amount(fields, "reverseBytesPerSecond", true)) : none,
                known ? OptionalDouble.of(amount(fields, "ageSeconds", false)) : none,
                fields.whole("failures", Long.MAX_VALUE).orElse(0),
                SafeText.line(fields.text("problem").orElse(""), MAX_SHOWN));
    }

    private static double amount(Fields fields, String name, boolean positive) throws InvalidFileException {
        double value = fields.requiredNumber(name);
        if (value < 0 || (positive && value == 0)) {
            throw fields.error(name, "is " + value);
        }
        return value;
    }
}
