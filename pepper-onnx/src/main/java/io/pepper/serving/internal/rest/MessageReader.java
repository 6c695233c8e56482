package io.pepper.serving.internal.rest;

import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorHeader;
import io.pepper.serving.internal.WireTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A reader of a body: a JSON object, and the tensors in binary form after it. Lengths are checked before memory is allocated. */
final class MessageReader {
    /** The header with the length of the JSON object; without it, the whole body is the object. */
    static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private static final int CHUNK = 1 << 14;

    private final InputStream in;
    private final byte[] json;
    private final boolean hasMore;
    private long free;

    private MessageReader(InputStream in, byte[] json, boolean hasMore, long free) {
        this.in = in;
        this.json = json;
        this.hasMore = hasMore;
        this.free = free;
    }

    /**
     * Reads the JSON object.
     *
     * @param jsonLength its length; empty if the whole body is the object
     * @param most the largest body, in bytes
     */
    static MessageReader of(InputStream in, OptionalInt jsonLength, int most) throws IOException {
        if (jsonLength.orElse(0) > most) {
            throw tooLarge(most);
        }
        byte[] json = in.readNBytes(jsonLength.orElse(most == Integer.MAX_VALUE ? most : most + 1));
        if (jsonLength.isPresent() && json.length < jsonLength.getAsInt()) {
            throw ServingException.invalid("the body ends after " + json.length + " bytes, within its JSON object of "
                    + jsonLength.getAsInt());
        }
        if (json.length > most) {
            throw tooLarge(most);
        }
        return new MessageReader(in, json, jsonLength.isPresent(), most - json.length);
    }

    private static ServingException tooLarge(long most) {
        return new ServingException(
                ServingException.Reason.TOO_LARGE, "the message is larger than its limit of " + most + " bytes", null);
    }

    /** Parses the length of the JSON object. */
    static OptionalInt jsonLength(String header) throws ServingException {
        if (header.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!header.matches("[0-9]{1,9}")) {
            throw ServingException.invalid(JSON_LENGTH + " is a number of bytes, found '" + header + "'");
        }
        return OptionalInt.of(Integer.parseInt(header));
    }

    JsonMessage message() throws ServingException {
        return JsonReader.read(json);
    }

    /** Reads the values of tensors, and the end of the body. */
    List<WireTensor> tensors(String field, List<JsonTensor> described) throws IOException {
        List<WireTensor> tensors = new ArrayList<>();
        for (JsonTensor tensor : described) {
            TensorHeader header = tensor.header(field + "[" + tensors.size() + "]");
            tensors.add(new WireTensor(header, values(header, tensor)));
        }
        if (hasMore && in.read() >= 0) {
            throw ServingException.invalid("the body has bytes after its last tensor");
        }
        return tensors;
    }

    private ByteBuffer values(TensorHeader header, JsonTensor tensor) throws IOException {
        if (tensor.binarySize().isPresent() && tensor.hasData()) {
            throw ServingException.invalid("tensor '" + header.name() + "': has data and " + JsonTensor.BINARY_SIZE);
        }
        if (tensor.binarySize().isPresent()) {
            return binary(header, tensor.binarySize().getAsLong());
        }
        if (!tensor.hasData()) {
            throw ServingException.invalid(
                    "tensor '" + header.name() + "': has neither data nor " + JsonTensor.BINARY_SIZE);
        }
        return JsonValues.read(header, json, tensor.dataStart(), tensor.dataEnd());
    }

    private ByteBuffer binary(TensorHeader header, long size) throws IOException {
        header.checkBytes(size);
        if (!hasMore && size > 0) {
            throw ServingException.invalid("tensor '" + header.name() + "': has " + JsonTensor.BINARY_SIZE
                    + ", but the body has no header " + JSON_LENGTH);
        }
        if (size > free) {
            throw tooLarge(free + json.length);
        }
        free -= size;
        ByteBuffer data = ByteBuffer.allocateDirect((int) size);
        byte[] chunk = new byte[(int) Math.min(CHUNK, size)];
        while (data.hasRemaining()) {
            int read = in.read(chunk, 0, Math.min(chunk.length, data.remaining()));
            if (read < 0) {
                throw ServingException.invalid(
                        "the body ends within tensor '" + header.name() + "': " + data.remaining() + " bytes lack");
            }
            data.put(chunk, 0, read);
        }
        return data.flip();
    }
}
