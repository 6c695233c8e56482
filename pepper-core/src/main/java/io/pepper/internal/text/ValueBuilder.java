package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A builder of values from the events of a parser. Depth is limited, and no mapping has a name twice. Not thread-safe. */
public final class ValueBuilder {
    private static final int MAX_DEPTH = 16;

    private final String name;
    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable Value root;

    /** A list or mapping whose end is not read yet. */
    private static final class Open {
        private final int line;
        private final @Nullable Map<String, Value> mapping;
        private final List<Value> sequence = new ArrayList<>();
        private Value.@Nullable Scalar key;

        private Open(int line, boolean isMapping) {
            this.line = line;
            this.mapping = isMapping ? new LinkedHashMap<>() : null;
        }

        private Value close() {
            return mapping == null
                    ? new Value.Sequence(line, List.copyOf(sequence))
                    : new Value.Mapping(line, Collections.unmodifiableMap(mapping));
        }
    }

    /**
     * Creates a builder without values.
     *
     * @param name the document's name in messages
     */
    public ValueBuilder(String name) {
        this.name = name;
    }

    /**
     * Begins a list or a mapping.
     *
     * @param line its line, from 1
     * @param isMapping whether it is a mapping
     * @throws InvalidFileException if it is too deep, or belongs to a second document
     */
    public void begin(int line, boolean isMapping) throws InvalidFileException {
        checkFirst(line);
        if (open.size() == MAX_DEPTH) {
            throw new InvalidFileException(name, line, "is nested more than " + MAX_DEPTH + " levels deep");
        }
        open.push(new Open(line, isMapping));
    }

    /**
     * Ends the list or mapping that began last.
     *
     * @throws InvalidFileException if it cannot be the name of a value
     */
    public void end() throws InvalidFileException {
        add(open.pop().close());
    }

    /**
     * Adds a value. In a mapping, names and values alternate.
     *
     * @param value the value, or the name of the next one
     * @throws InvalidFileException if a name is not a text or exists already, or the value belongs to a second document
     */
    public void add(Value value) throws InvalidFileException {
        checkFirst(value.line());
        Open into = open.peek();
        if (into == null) {
            root = value;
        } else if (into.mapping == null) {
            into.sequence.add(value);
        } else if (into.key != null) {
            into.mapping.put(into.key.text(), value);
            into.key = null;
        } else if (!(value instanceof Value.Scalar key)) {
            throw new InvalidFileException(name, value.line(), "a name is expected, found " + value.kind());
        } else if (into.mapping.containsKey(key.text())) {
            throw new InvalidFileException(name, value.line(), key.shown() + " is there twice");
        } else {
            into.key = key;
        }
    }

    private void checkFirst(int line) throws InvalidFileException {
        if (root != null) {
            throw new InvalidFileException(name, line, "a second document begins, one is expected");
        }
    }

    /**
     * Returns the document.
     *
     * @return its content
     * @throws InvalidFileException if nothing was added
     */
    public Value root() throws InvalidFileException {
        if (root == null) {
            throw new InvalidFileException(name, 1, "is empty");
        }
        return root;
    }
}
