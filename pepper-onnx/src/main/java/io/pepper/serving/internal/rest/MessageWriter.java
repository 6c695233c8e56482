package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.serving.internal.InferAnswer;
import io.pepper.serving.internal.InferCall;
import io.pepper.serving.internal.WireTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A writer of bodies: a JSON object, and the tensors in binary form after it. */
final class MessageWriter {
    /** The parameter of a request that asks for all outputs in binary form. */
    static final String BINARY_OUTPUTS = "binary_data_output";

    /** The parameter of a wanted output that asks for it in binary form. */
    static final String BINARY_OUTPUT = "binary_data";

    /** The parameter with a request's time in microseconds. */
    static final String TIMEOUT = "timeout";

    /**
     * A body.
     *
     * @param json the JSON object
     * @param binary the tensors after it
     */
    record Body(ByteBuffer json, List<ByteBuffer> binary) {
        Body {
            binary = List.copyOf(binary);
        }

        /** Returns all pieces in their order, each of its own position. */
        List<ByteBuffer> all() {
            return Stream.concat(Stream.of(json), binary.stream())
                    .map(ByteBuffer::duplicate)
                    .toList();
        }

        long length() {
            return json.remaining()
                    + binary.stream().mapToLong(ByteBuffer::remaining).sum();
        }
    }

    private MessageWriter() {}

    /** Writes a request, in binary form where the server knows it. */
    static Body request(InferCall call, boolean binary) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<ByteBuffer> after = new ArrayList<>();
        try (JsonGenerator json = JsonReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            texts(json, "id", call.id());
            json.writeObjectFieldStart("parameters");
            if (binary) {
                json.writeBooleanField(BINARY_OUTPUTS, true);
            }
            if (call.timeout().isPresent()) {
                json.writeNumberField(TIMEOUT, call.timeout().get().dividedBy(ChronoUnit.MICROS.getDuration()));
            }
            json.writeEndObject();
            tensors(json, "inputs", call.inputs(), name -> binary, after);
            json.writeArrayFieldStart("outputs");
            for (String name : call.outputs()) {
                json.writeStartObject();
                json.writeStringField("name", name);
                if (binary) {
                    json.writeObjectFieldStart("parameters");
                    json.writeBooleanField(BINARY_OUTPUT, true);
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return new Body(ByteBuffer.wrap(bytes.toByteArray()), after);
    }

    /** Writes an answer, with the chosen outputs in binary form. */
    static Body answer(InferAnswer answer, Predicate<String> binary) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<ByteBuffer> after = new ArrayList<>();
        try (JsonGenerator json = JsonReader.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model_name", answer.model());
            json.writeStringField("model_version", answer.version());
            texts(json, "id", answer.id());
            tensors(json, "outputs", answer.outputs(), binary, after);
            json.writeEndObject();
        }
        return new Body(ByteBuffer.wrap(bytes.toByteArray()), after);
    }

    private static void texts(JsonGenerator json, String name, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    private static void tensors(
            JsonGenerator json,
            String field,
            List<WireTensor> tensors,
            Predicate<String> binary,
            List<ByteBuffer> after)
            throws IOException {
        json.writeArrayFieldStart(field);
        for (WireTensor tensor : tensors) {
            json.writeStartObject();
            json.writeStringField("name", tensor.header().name());
            json.writeStringField("datatype", tensor.header().type().name());
            json.writeArrayFieldStart("shape");
            for (long size : tensor.header().shape()) {
                json.writeNumber(size);
            }
            json.writeEndArray();
            if (binary.test(tensor.header().name())) {
                json.writeObjectFieldStart("parameters");
                json.writeNumberField(JsonTensor.BINARY_SIZE, tensor.data().remaining());
                json.writeEndObject();
                after.add(tensor.data().duplicate());
            } else {
                json.writeFieldName("data");
                JsonValues.write(tensor, json);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
