package io.pepper.monitor.internal.link;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;

/** The JSON of a measured link. */
final class LinkJson {
    private static final JsonFactory JSON = new JsonFactory();

    private LinkJson() {}

    static String of(String source, LinkMeter.Measured measured) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            LinkProbe.Result result = measured.result();
            json.writeStartObject();
            json.writeStringField("source", source);
            json.writeStringField("target", measured.target());
            json.writeStringField("measuredAt", measured.at().toString());
            json.writeNumberField("latencySeconds", result.latencySeconds());
            json.writeNumberField("bytesPerSecond", result.sentPerSecond());
            json.writeNumberField("reverseBytesPerSecond", result.receivedPerSecond());
            json.writeNumberField("transferredBytes", result.bytes());
            json.writeEndObject();
        }
        return text + "\n";
    }
}
