package io.pepper.onnx.internal.isolate;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;

/** The types of values that can be sent between processes. Records declare the types; the bytes never name them. */
final class Values {
    private Values() {}

    static IllegalArgumentException unknown(Type type) {
        return new IllegalArgumentException("a value of " + type.getTypeName() + " cannot be sent to another process");
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            return raw;
        }
        throw unknown(type);
    }

    static Type argument(Type type, int index) {
        if (type instanceof ParameterizedType generic) {
            return generic.getActualTypeArguments()[index];
        }
        throw unknown(type);
    }

    static Class<?>[] types(RecordComponent[] components) {
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
        }
        return types;
    }
}
