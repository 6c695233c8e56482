package io.pepper.monitor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.GpuState;
import io.pepper.cluster.Platform;
import io.pepper.document.InvalidFileException;
import io.pepper.document.SafeText;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The text of a reading, as a node of a cluster sends it. */
final class ReadingText {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MAX_ENTRIES = 50;
    private static final int MAX_SHOWN = 300;

    private ReadingText() {}

    /** Returns a reading as JSON; unknown values are left out, and of many labels and remarks the first are kept. */
    static String write(DeviceReading reading) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            state(json, reading.state());
            conditions(json, reading.conditions());
            json.writeObjectFieldStart("labels");
            for (Map.Entry<String, String> label :
                    reading.labels().entrySet().stream().limit(MAX_ENTRIES).toList()) {
                json.writeStringField(
                        SafeText.line(label.getKey(), MAX_SHOWN), SafeText.line(label.getValue(), MAX_SHOWN));
            }
            json.writeEndObject();
            texts(json, "problems", reading.problems());
            texts(json, "notes", reading.notes());
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String each : texts.stream().limit(MAX_ENTRIES).toList()) {
            json.writeString(SafeText.line(each, MAX_SHOWN));
        }
        json.writeEndArray();
    }

    private static void state(JsonGenerator json, DeviceState state) throws IOException {
        text(json, "readAt", state.readAt().map(Instant::toString));
        Platform platform = state.platform();
        text(json, "model", platform.kind());
        text(json, "instructionSet", platform.instructionSet());
        text(json, "runtime", platform.runtime());
        text(json, "runtimeVersion", platform.runtimeVersion());
        text(json, "provider", platform.provider());
        number(json, "cores", state.cores());
        number(json, "cpuLoadPercent", state.cpuLoadPercent());
        number(json, "runnableThreads", state.runnableThreads());
        whole(json, "memoryFreeBytes", state.memoryFreeBytes());
        whole(json, "memoryTotalBytes", state.memoryTotalBytes());
        number(json, "diskUsagePercent", state.diskUsagePercent());
        number(json, "powerWatts", state.powerWatts());
        number(json, "gpuLoadPercent", state.gpu().loadPercent());
        whole(json, "gpuMemoryFreeBytes", state.gpu().memoryFreeBytes());
        whole(json, "gpuMemoryTotalBytes", state.gpu().memoryTotalBytes());
    }

    private static void conditions(JsonGenerator json, Conditions conditions) throws IOException {
        number(json, "quotaCores", conditions.quotaCores());
        number(json, "throttledPercent", conditions.throttledPercent());
        number(json, "clockPercent", conditions.clockPercent());
        number(json, "temperatureCelsius", conditions.temperatureCelsius());
        number(json, "cpuPressurePercent", conditions.cpuPressurePercent());
        number(json, "memoryPressurePercent", conditions.memoryPressurePercent());
        number(json, "ioPressurePercent", conditions.ioPressurePercent());
    }

    private static void text(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, SafeText.line(value.get(), MAX_SHOWN));
        }
    }

    private static void number(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            json.writeNumberField(name, value.getAsDouble());
        }
    }

    private static void whole(JsonGenerator json, String name, OptionalLong value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsLong());
        }
    }

    /**
     * Reads the text of another node.
     *
     * @param device the name of the node's device, whatever the text says
     * @param text the text
     * @throws InvalidFileException if the text is none, or a value is out of its range; the message names the field
     */
    static DeviceReading read(String device, String text) throws InvalidFileException {
        Fields fields =
                Fields.ofJson("the state of '" + device + "'", Document.read(text, "the state of '" + device + "'"));
        DeviceState.Builder state = DeviceState.builder(device);
        Optional<String> readAt = fields.text("readAt");
        if (readAt.isPresent()) {
            state.readAt(instant(fields, readAt.get()));
        }
        state.platform(new Platform(
                fields.text("model"),
                fields.text("instructionSet"),
                fields.text("runtime"),
                fields.text("runtimeVersion"),
                fields.text("provider")));
        fields.number("cores").ifPresent(state::cores);
        fields.number("cpuLoadPercent").ifPresent(state::cpuLoadPercent);
        fields.number("runnableThreads").ifPresent(state::runnableThreads);
        fields.whole("memoryFreeBytes", Long.MAX_VALUE).ifPresent(state::memoryFreeBytes);
        fields.whole("memoryTotalBytes", Long.MAX_VALUE).ifPresent(state::memoryTotalBytes);
        fields.number("diskUsagePercent").ifPresent(state::diskUsagePercent);
        fields.number("powerWatts").ifPresent(state::powerWatts);
        OptionalDouble gpuLoad = fields.number("gpuLoadPercent");
        OptionalLong gpuFree = fields.whole("gpuMemoryFreeBytes", Long.MAX_VALUE);
        OptionalLong gpuTotal = fields.whole("gpuMemoryTotalBytes", Long.MAX_VALUE);
        state.gpu(fields.made(() -> new GpuState(gpuLoad, gpuFree, gpuTotal)));
        return new DeviceReading(
                fields.made(state::build),
                labels(fields),
                lines(fields, "problems"),
                conditions(fields),
                "",
                lines(fields, "notes"),
                false);
    }

    private static Instant instant(Fields fields, String text) throws InvalidFileException {
        try {
            return Instant.parse(text);
        } catch (DateTimeException none) {
            InvalidFileException invalid = fields.error("readAt", "is no time: " + SafeText.line(text, MAX_SHOWN));
            invalid.initCause(none);
            throw invalid;
        }
    }

    private static Conditions conditions(Fields fields) throws InvalidFileException {
        OptionalDouble quota = fields.number("quotaCores");
        OptionalDouble throttled = fields.number("throttledPercent");
        OptionalDouble clock = fields.number("clockPercent");
        OptionalDouble temperature = fields.number("temperatureCelsius");
        OptionalDouble cpu = fields.number("cpuPressurePercent");
        OptionalDouble memory = fields.number("memoryPressurePercent");
        OptionalDouble io = fields.number("ioPressurePercent");
        return fields.made(() -> new Conditions(quota, throttled, clock, temperature, cpu, memory, io));
    }

    private static Map<String, String> labels(Fields fields) throws InvalidFileException {
        Map<String, String> labels = new TreeMap<>();
        if (fields.has("labels")) {
            Fields named = fields.fields("labels");
            for (String name : named.names().stream().limit(MAX_ENTRIES).toList()) {
                labels.put(SafeText.line(name, MAX_SHOWN), SafeText.line(named.requiredText(name), MAX_SHOWN));
            }
        }
        return labels;
    }

    private static List<String> lines(Fields fields, String name) throws InvalidFileException {
        return fields.has(name)
                ? fields.texts(name).stream()
                        .limit(MAX_ENTRIES)
                        .map(line -> SafeText.line(line, MAX_SHOWN))
                        .toList()
                : List.of();
    }
}
