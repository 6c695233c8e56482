package io.pepper.onnx.internal.wire;

import io.pepper.model.MalformedModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the fields of a message, and of all messages in it that can contain tensors, in the order of the bytes
 * and without recursion. Every other message is a single field and is not entered.
 */
final class WireWalk {

    /** The visitor of the walk. */
    interface Visitor {

        /** Called at the start of a message, including the root. */
        void open(WireWalk walk, Frame frame) throws IOException, WireFault;

        /** Called for a field that is not entered; {@link #fieldStart()} and similar methods return its place. */
        void field(WireWalk walk, Frame frame) throws IOException, WireFault;

        /** Called at the end of a message, including the root. */
        void close(WireWalk walk, Frame frame) throws IOException, WireFault;
    }

    /** An open message. */
    static final class Frame {
        private final int depth;
        private final int[] counts = new int[ChildField.NUMBERS];
        private MessageKind kind = MessageKind.MODEL;
        private @Nullable ChildField field;
        private int index;
        private long end;

        /** A number for the visitor, from the start of the message to its end. */
        int mark;

        private Frame(int depth) {
            this.depth = depth;
        }

        int depth() {
            return depth;
        }

        MessageKind kind() {
            return kind;
        }

        /** Returns the number of the field that contains this message; 0 for the root. */
        int number() {
            return field == null ? 0 : field.number();
        }
    }

    private final ByteSource source;
    private final FieldReader field;
    private final List<Frame> frames = new ArrayList<>();
    private final int maxDepth;
    private int depth = -1;

    private WireWalk(ByteSource source, int maxDepth) {
        this.source = source;
        this.field = new FieldReader(source);
        this.maxDepth = maxDepth;
    }

    /**
     * Walks over a whole source.
     *
     * @throws MalformedModelException if the source is malformed or too deep, or the visitor finds a fault
     */
    static void walk(ByteSource source, MessageKind root, int maxDepth, Visitor visitor) throws IOException {
        WireWalk walk = new WireWalk(source, maxDepth);
        try {
            walk.run(root, visitor);
        } catch (WireFault fault) {
            throw new MalformedModelException(source.name(), walk.where(), fault.what());
        }
    }

    private void run(MessageKind root, Visitor visitor) throws IOException, WireFault {
        Frame top = push(root, source.size());
        visitor.open(this, top);
        while (true) {
            if (reader().position() == top.end) {
                field.leave();
                visitor.close(this, top);
                if (top.depth == 0) {
                    return;
                }
                top = pop();
                continue;
            }
            field.read(top.end);
            ChildField child = wireType() == Wire.DELIMITED ? ChildField.of(top.kind, number()) : null;
            if (child == null) {
                visitor.field(this, top);
                field.skip();
            } else {
                top = descend(top, child);
                visitor.open(this, top);
            }
        }
    }

    private Frame descend(Frame parent, ChildField child) throws WireFault {
        int index = parent.counts[child.number()]++;
        if (index > 0 && !child.isRepeated()) {
            throw new WireFault("occurs twice");
        }
        Frame frame = push(child.kind(), field.contentEnd());
        frame.field = child;
        frame.index = index;
        field.leave();
        return frame;
    }

    private Frame push(MessageKind kind, long end) throws WireFault {
        if (depth >= maxDepth) {
            throw new WireFault("is nested deeper than " + depth + " messages");
        }
        depth++;
        if (depth == frames.size()) {
            frames.add(new Frame(depth));
        }
        Frame frame = frames.get(depth);
        Arrays.fill(frame.counts, 0);
        frame.kind = kind;
        frame.end = end;
        reader().limit(end);
        return frame;
    }

    private Frame pop() {
        depth--;
        Frame frame = frames.get(depth);
        reader().limit(frame.end);
        return frame;
    }

    /** Returns the reader, for copying. */
    WireReader reader() {
        return field.reader();
    }

    /** Returns the start of the current field, including its tag. */
    long fieldStart() {
        return field.start();
    }

    int number() {
        return field.number();
    }

    int wireType() {
        return field.wireType();
    }

    /** Returns the start of the current field's content: after its tag and its length, if it has one. */
    long contentStart() {
        return field.contentStart();
    }

    long contentEnd() {
        return field.contentEnd();
    }

    private String where() {
        StringBuilder path = new StringBuilder();
        for (int level = 1; level <= depth; level++) {
            Frame frame = frames.get(level);
            append(path, frame.field, frame.index);
        }
        if (number() > 0) {
            appendField(path);
        }
        return (path.isEmpty() ? "model" : path.substring(1)) + " at byte " + fieldStart();
    }

    private void appendField(StringBuilder path) {
        int number = number();
        MessageKind kind = frames.get(depth).kind;
        ChildField child = ChildField.of(kind, number);
        PayloadField payload = kind == MessageKind.TENSOR ? PayloadField.of(number) : null;
        if (child != null) {
            append(path, child, Math.max(0, frames.get(depth).counts[number] - 1));
        } else {
            path.append('.').append(payload != null ? payload.label() : "field " + number);
        }
    }

    private static void append(StringBuilder path, @Nullable ChildField field, int index) {
        if (field != null) {
            path.append('.').append(field.label());
            if (field.isRepeated()) {
                path.append('[').append(index).append(']');
            }
        }
    }
}
