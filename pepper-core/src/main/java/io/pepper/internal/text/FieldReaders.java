package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Readers of API types for the other modules. No public method can have a parameter of the type {@link Fields}, so that
 * the types register their readers here. Thread-safe.
 */
public final class FieldReaders {
    /*
     * An API type cannot take Fields in public, and the reader of a type cannot be in an internal package: it and its
     * type would depend on each other. Copying the reader, or writing the fields as text again, would lose the lines.
     */
    private static final Map<Class<?>, FieldReader<?>> READERS = new ConcurrentHashMap<>();

    private FieldReaders() {}

    /** A reader of one type. */
    @FunctionalInterface
    public interface FieldReader<T> {
        /**
         * Reads a value.
         *
         * @param fields its fields
         * @return the value
         * @throws InvalidFileException if a field is wrong
         */
        T read(Fields fields) throws InvalidFileException;
    }

    /**
     * Registers the reader of a type, in its static initializer.
     *
     * @param type the type
     * @param reader its reader
     * @param <T> the type
     */
    public static <T> void register(Class<T> type, FieldReader<T> reader) {
        READERS.put(type, reader);
    }

    /**
     * Reads a value of a type that registers its reader.
     *
     * @param type the type
     * @param fields the fields of the value
     * @param <T> the type
     * @return the value
     * @throws InvalidFileException if a field is wrong
     */
    public static <T> T read(Class<T> type, Fields fields) throws InvalidFileException {
        try {
            MethodHandles.lookup().ensureInitialized(type);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(type + " is not public", impossible);
        }
        FieldReader<?> reader = READERS.get(type);
        if (reader == null) {
            throw new IllegalStateException(type + " has no reader");
        }
        return type.cast(reader.read(fields));
    }
}
