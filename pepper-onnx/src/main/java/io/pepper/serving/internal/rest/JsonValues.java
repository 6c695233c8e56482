package io.pepper.serving.internal.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.pepper.serving.internal.DataType;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorBytes;
import io.pepper.serving.internal.TensorHeader;
import io.pepper.serving.internal.WireTensor;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The conversion of a tensor's values between an array in JSON, flat or nested, and binary form. */
final class JsonValues {
    private JsonValues() {}

    /** Reads the values at a place of a JSON text. */
    static ByteBuffer read(TensorHeader header, byte[] json, int start, int end) throws ServingException {
        refuseShort(header);
        long elements = header.elements().orElse(Long.MAX_VALUE);
        if (elements > end - start) { // Each value has a character at least.
            throw ServingException.invalid(
                    "tensor '" + header.name() + "': " + header + " needs more values than its data have");
        }
        try (JsonParser parser = JsonReader.JSON.createParser(json, start, end - start)) {
            return header.type() == DataType.BYTES ? texts(header, parser) : numbers(header, parser);
        } catch (JsonProcessingException wrong) {
            throw new ServingException(
                    ServingException.Reason.INVALID,
                    "tensor '" + header.name() + "': its data have a value that is no " + header.type() + ": "
                            + wrong.getOriginalMessage(),
                    wrong);
        } catch (ServingException fault) {
            throw fault;
        } catch (IOException wrong) {
            throw new ServingException(
                    ServingException.Reason.INVALID, "tensor '" + header.name() + "': " + wrong.getMessage(), wrong);
        }
    }

    private static void refuseShort(TensorHeader header) throws ServingException {
        if (header.type() == DataType.FP16 || header.type() == DataType.BF16) {
            throw ServingException.invalid("tensor '" + header.name() + "': JSON has no values of " + header.type()
                    + ": use the binary tensor data extension");
        }
    }

    private static ByteBuffer numbers(TensorHeader header, JsonParser parser) throws IOException {
        long expected = header.elements().orElseThrow();
        ByteBuffer data = ByteBuffer.allocateDirect(
                        Math.toIntExact(header.bytes().orElseThrow()))
                .order(ByteOrder.LITTLE_ENDIAN);
        long found = 0;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token != JsonToken.START_ARRAY && token != JsonToken.END_ARRAY) {
                if (found++ < expected) {
                    put(header, parser, token, data);
                }
            }
        }
        checkCount(header, expected, found);
        return data.flip();
    }

    private static ByteBuffer texts(TensorHeader header, JsonParser parser) throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                texts.add(parser.getText().getBytes(StandardCharsets.UTF_8));
            } else if (token != JsonToken.START_ARRAY && token != JsonToken.END_ARRAY) {
                throw wrong(header, parser);
            }
        }
        checkCount(header, header.elements().orElseThrow(), texts.size());
        return TensorBytes.prefixed(header.name(), texts);
    }

    private static void checkCount(TensorHeader header, long expected, long found) throws ServingException {
        if (found != expected) {
            throw ServingException.invalid("tensor '" + header.name() + "': " + header + " needs " + expected
                    + " values, its data have " + found);
        }
    }

    private static void put(TensorHeader header, JsonParser parser, JsonToken token, ByteBuffer data)
            throws IOException {
        switch (header.type()) {
            case FP32 -> data.putFloat((float) real(header, parser, token, true));
            case FP64 -> data.putDouble(real(header, parser, token, false));
            case BOOL -> data.put(truth(header, parser, token));
            case UINT64 -> data.putLong(integer(header, parser, token).longValue());
            default -> {
                long value = integer(header, parser, token).longValue();
                switch (header.type().width()) {
                    case Byte.BYTES -> data.put((byte) value);
                    case Short.BYTES -> data.putShort((short) value);
                    case Integer.BYTES -> data.putInt((int) value);
                    default -> data.putLong(value);
                }
            }
        }
    }

    private static double real(TensorHeader header, JsonParser parser, JsonToken token, boolean single)
            throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw wrong(header, parser);
        }
        if (parser.isNaN()) {
            return parser.getDoubleValue();
        }
        double value = single ? Float.parseFloat(parser.getText()) : Double.parseDouble(parser.getText());
        if (Double.isInfinite(value)) {
            throw wrong(header, parser);
        }
        return value;
    }

    private static byte truth(TensorHeader header, JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return (byte) (token == JsonToken.VALUE_TRUE ? 1 : 0);
        }
        long value = integer(header, parser, token).longValue();
        return (byte) value;
    }

    private static BigInteger integer(TensorHeader header, JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw wrong(header, parser);
        }
        BigInteger value = BigInteger.valueOf(0);
        value = parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? parser.getBigIntegerValue()
                : value.add(BigInteger.valueOf(parser.getLongValue()));
        boolean signed = header.type().name().startsWith("INT");
        int bits = header.type() == DataType.BOOL ? 1 : header.type().width() * Byte.SIZE;
        boolean fits = signed ? value.bitLength() < bits : value.signum() >= 0 && value.bitLength() <= bits;
        if (!fits) {
            throw wrong(header, parser);
        }
        return value;
    }

    private static ServingException wrong(TensorHeader header, JsonParser parser) throws IOException {
        return ServingException.invalid("tensor '" + header.name() + "': its data have '" + parser.getText()
                + "', which is no " + header.type());
    }

    /** Writes the values as a flat array. */
    static void write(WireTensor tensor, JsonGenerator json) throws IOException {
        TensorHeader header = tensor.header();
        refuseShort(header);
        ByteBuffer data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        json.writeStartArray();
        while (data.hasRemaining()) {
            switch (header.type()) {
                case BOOL -> json.writeBoolean(data.get() != 0);
                case UINT8 -> json.writeNumber(Byte.toUnsignedInt(data.get()));
                case INT8 -> json.writeNumber(data.get());
                case UINT16 -> json.writeNumber(Short.toUnsignedInt(data.getShort()));
                case INT16 -> json.writeNumber(data.getShort());
                case UINT32 -> json.writeNumber(Integer.toUnsignedLong(data.getInt()));
                case INT32 -> json.writeNumber(data.getInt());
                case UINT64 -> json.writeNumber(new BigInteger(Long.toUnsignedString(data.getLong())));
                case INT64 -> json.writeNumber(data.getLong());
                case FP32 -> json.writeNumber(finite(header, data.getFloat()));
                case FP64 -> json.writeNumber(finite(header, data.getDouble()));
                default -> {
                    byte[] text = new byte[data.getInt()];
                    data.get(text);
                    json.writeString(new String(text, StandardCharsets.UTF_8));
                }
            }
        }
        json.writeEndArray();
    }

    private static float finite(TensorHeader header, float value) throws ServingException {
        finite(header, (double) value);
        return value;
    }

    private static double finite(TensorHeader header, double value) throws ServingException {
        if (!Double.isFinite(value)) {
            throw ServingException.invalid("tensor '" + header.name() + "' has the value " + value
                    + ", which JSON lacks: use the binary tensor data extension");
        }
        return value;
    }
}
