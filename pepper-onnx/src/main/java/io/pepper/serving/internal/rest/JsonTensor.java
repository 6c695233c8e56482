package io.pepper.serving.internal.rest;

import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorHeader;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A tensor in a JSON object.
 *
 * @param name its name; empty if missing
 * @param datatype its element type; empty if missing
 * @param shape its sizes; empty if missing
 * @param parameters its parameters that are numbers, texts or booleans
 * @param dataStart the place of its values in the JSON text; -1 if it has none
 * @param dataEnd the place after its values
 */
record JsonTensor(
        String name, String datatype, List<Long> shape, Map<String, Object> parameters, int dataStart, int dataEnd) {
    /** The parameter with the number of bytes of the values after the JSON object. */
    static final String BINARY_SIZE = "binary_data_size";

    JsonTensor {
        shape = List.copyOf(shape);
        parameters = Map.copyOf(parameters);
    }

    boolean hasData() {
        return dataStart >= 0;
    }

    /** Returns the number of bytes after the JSON object; empty if the values are in it. */
    OptionalLong binarySize() throws ServingException {
        Object size = parameters.get(BINARY_SIZE);
        if (size == null) {
            return OptionalLong.empty();
        }
        if (size instanceof Long bytes && bytes >= 0) {
            return OptionalLong.of(bytes);
        }
        throw ServingException.invalid(
                "tensor '" + name + "': " + BINARY_SIZE + " is a number of bytes, found '" + size + "'");
    }

    TensorHeader header(String place) throws ServingException {
        return TensorHeader.of(place, name, datatype, shape);
    }
}
