package io.pepper.onnx.internal.wire;

import io.pepper.onnx.MalformedModelException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Walks the fields of a message and of those within it that lead to tensors, without recursion, and tells a visitor. Every
 * length is checked against the message around it.
 */
final class WireWalk {
    private final WireInput input;
    private final Limits limits;
    private final Visitor visitor;
    private final Deque<Open> open = new ArrayDeque<>();
    private long elements;

    /** Hears of the fields in their order. */
    interface Visitor {
        /** A message begins that leads to tensors; its tag and length have been read. */
        void begin(Open message) throws IOException;

        /** A field that leads to no tensor, or a message that holds a tensor's elements, from its tag to its end. */
        void field(Open message, int field, int type, long start, long end) throws IOException;

        /** The message ends that began last. */
        void end(Open message) throws IOException;
    }

    /** A message that the walk is in. */
    static final class Open {
        final MessageKind kind;
        final int field;
        final long end;
        final @Nullable Open around;
        private final String name;
        private final int number;
        private final int[] counts = new int[32];

        Open(MessageKind kind, int field, String name, long end, @Nullable Open around) {
            this.kind = kind;
            this.field = field;
            this.name = name;
            this.end = end;
            this.around = around;
            this.number = around == null ? 0 : around.counts[field]++;
        }

        /** For instance {@code graph.node[12].attribute[0].t}. */
        String path() {
            Deque<String> names = new ArrayDeque<>();
            for (Open message = this; message != null && !message.name.isEmpty(); message = message.around) {
                names.push(isSingle(message.name) ? message.name : message.name + "[" + message.number + "]");
            }
            return names.isEmpty() ? "model" : String.join(".", names);
        }

        private static boolean isSingle(String name) {
            return switch (name) {
                case "graph", "g", "t", "values", "indices", "sparse_tensor", "initialization", "algorithm" -> true;
                default -> false;
            };
        }
    }

    WireWalk(WireInput input, Limits limits, Visitor visitor) {
        this.input = input;
        this.limits = limits;
        this.visitor = visitor;
    }

    void walk(MessageKind kind) throws IOException {
        begin(new Open(kind, 0, "", input.source().size(), null));
        while (!open.isEmpty()) {
            Open message = open.peek();
            if (input.position() == message.end) {
                open.pop();
                visitor.end(message);
            } else {
                field(message);
            }
        }
    }

    private void begin(Open message) throws IOException {
        if (open.size() >= limits.maxDepth()) {
            throw malformed(message, "messages are nested more than " + limits.maxDepth() + " deep");
        }
        open.push(message);
        visitor.begin(message);
    }

    private void field(Open message) throws IOException {
        if (++elements > limits.maxElements()) {
            throw malformed(message, "the model has more than " + limits.maxElements() + " fields");
        }
        long start = input.position();
        long tag = input.readVarint();
        int type = (int) (tag & 7);
        long number = tag >>> Wire.TYPE_BITS;
        if (number == 0 || number > MessageKind.MARKER) {
            throw malformed(message, "a field of number " + number + " at byte " + start);
        }
        int field = (int) number;
        MessageKind.Child child = type == Wire.DELIMITED ? message.kind.child(field) : null;
        long end = endOfValue(message, type, start);
        if (child != null) {
            begin(new Open(child.kind(), field, child.name(), end, message));
        } else {
            input.seek(end);
            visitor.field(message, field, type, start, end);
        }
    }

    /** Where the value ends; for a delimited one the position is then at its content. */
    private long endOfValue(Open message, int type, long start) throws IOException {
        long length =
                switch (type) {
                    case Wire.VARINT -> {
                        input.readVarint();
                        yield 0;
                    }
                    case Wire.FIXED64 -> Long.BYTES;
                    case Wire.DELIMITED -> input.readVarint();
                    case Wire.FIXED32 -> Integer.BYTES;
                    default -> throw malformed(message, "a field of wire type " + type + " at byte " + start);
                };
        if (length < 0 || length > message.end - input.position()) {
            throw malformed(message, "a field at byte " + start + " reaches beyond the end of its message");
        }
        return input.position() + length;
    }

    private MalformedModelException malformed(Open message, String what) {
        return new MalformedModelException(input.source().name(), message.path(), what);
    }
}
