package io.pepper.onnx.internal.wire;

import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A check of a model's structure before it is parsed. It visits every message and adds up the memory that parsing will
 * take: two bytes of a file can become an object of a hundred. It also counts operators, dimensions and the bytes of
 * names. O(bytes) time, O(depth) memory, no recursion.
 */
final class StructureCheck {
    private static final int REFERENCE_BYTES = 8;
    private static final int TEXT_BYTES = 64;
    private static final int UNKNOWN_BYTES = 160;

    private final ReadLimits limits;
    private final FieldReader field;
    private final List<Frame> frames = new ArrayList<>();
    private final long end;
    private int depth = -1;
    private long memory;
    private int operators;

    /** An open message. */
    private static final class Frame {
        private MessageFacts message = MessageFacts.MODEL;
        private MessageFacts.@Nullable Field holder;
        private int index;
        private long end;
        private int rank;
        private int last;
        private int count;
    }

    private StructureCheck(ByteSource skeleton, ReadLimits limits) {
        this.limits = limits;
        this.field = new FieldReader(skeleton);
        this.end = skeleton.size();
    }

    /**
     * Checks a skeleton.
     *
     * @param source the model's name in messages
     * @param skeleton the bytes to be parsed
     * @param limits the limits
     * @throws MalformedModelException if the bytes are malformed, or exceed a limit
     */
    static void check(String source, ByteSource skeleton, ReadLimits limits) throws IOException {
        checked(source, skeleton, limits);
    }

    private static StructureCheck checked(String source, ByteSource skeleton, ReadLimits limits) throws IOException {
        StructureCheck check = new StructureCheck(skeleton, limits);
        try {
            check.run();
            return check;
        } catch (WireFault fault) {
            throw new MalformedModelException(source, check.where(), fault.what());
        }
    }

    /** Returns the estimated memory of a skeleton when it is parsed, in bytes. */
    static long memoryBytes(ByteSource skeleton, ReadLimits limits) throws IOException {
        return checked(skeleton.name(), skeleton, limits).memory;
    }

    private void run() throws IOException, WireFault {
        open(MessageFacts.MODEL, null, 0, end);
        while (true) {
            Frame top = frames.get(depth);
            if (field.reader().position() == top.end) {
                field.leave();
                depth--;
                if (depth < 0) {
                    return;
                }
                field.reader().limit(frames.get(depth).end);
                continue;
            }
            field.read(top.end);
            next(top);
        }
    }

    private void next(Frame top) throws WireFault {
        MessageFacts.Field kind = top.message.field(field.number());
        if (kind == null) {
            take(UNKNOWN_BYTES + field.contentLength());
            field.skip();
            return;
        }
        top.count = field.number() == top.last ? top.count + 1 : 0;
        top.last = field.number();
        if (kind.message() != null && field.wireType() == Wire.DELIMITED) {
            take(REFERENCE_BYTES);
            open(kind.message(), kind, top.count, field.contentEnd());
            return;
        }
        value(top, kind);
        field.skip();
    }

    private void open(MessageFacts message, MessageFacts.@Nullable Field holder, int index, long messageEnd)
            throws WireFault {
        if (depth >= limits.depth()) {
            throw new WireFault("is nested deeper than " + limits.depth() + " messages");
        }
        depth++;
        if (depth == frames.size()) {
            frames.add(new Frame());
        }
        Frame frame = frames.get(depth);
        frame.message = message;
        frame.holder = holder;
        frame.index = index;
        frame.end = messageEnd;
        frame.rank = 0;
        frame.last = 0;
        field.leave();
        field.reader().limit(messageEnd);
        take(message.bytes());
        if (message.isOperator() && ++operators > limits.operators()) {
            throw new WireFault("is beyond the limit of " + limits.operators() + " operators");
        }
        if (holder != null && holder.name().equals("dim") && index >= limits.rank()) {
            throw new WireFault("is beyond the limit of " + limits.rank() + " dimensions");
        }
    }

    private void value(Frame top, MessageFacts.Field kind) throws WireFault {
        boolean fits = field.wireType() == kind.wireType() || (field.wireType() == Wire.DELIMITED && kind.packable());
        if (!fits) {
            take(UNKNOWN_BYTES + field.contentLength());
            return;
        }
        switch (kind.content()) {
            case TEXT -> {
                if (field.contentLength() > limits.nameBytes() && kind.isName()) {
                    throw new WireFault("is a name of " + field.contentLength() + " bytes, where the limit is "
                            + limits.nameBytes());
                }
                take(TEXT_BYTES + kind.copies() * field.contentLength() + kind.valueBytes());
            }
            case BYTES -> take(TEXT_BYTES + field.contentLength());
            default -> numbers(top, kind);
        }
    }

    /** Counts a number, or several packed ones. */
    private void numbers(Frame top, MessageFacts.Field kind) throws WireFault {
        if (!kind.repeated()) {
            return;
        }
        long count = field.wireType() == Wire.DELIMITED ? packed(kind) : 1;
        take(count * kind.valueBytes());
        if (kind.name().equals("dims")) {
            top.rank += (int) Math.min(count, limits.rank() + 1L);
            if (top.rank > limits.rank()) {
                throw new WireFault("is beyond the limit of " + limits.rank() + " dimensions");
            }
        }
    }

    /** Returns the maximum number of packed numbers. */
    private long packed(MessageFacts.Field kind) {
        return switch (kind.wireType()) {
            case Wire.FIXED32 -> field.contentLength() / Float.BYTES;
            case Wire.FIXED64 -> field.contentLength() / Double.BYTES;
            default -> field.contentLength();
        };
    }

    private void take(long bytes) throws WireFault {
        memory += bytes;
        if (memory > limits.memoryBytes()) {
            throw new WireFault("makes the structure take more than " + limits.memoryBytes() + " bytes of memory");
        }
    }

    private String where() {
        StringBuilder path = new StringBuilder();
        for (int level = 1; level <= depth; level++) {
            Frame frame = frames.get(level);
            append(path, frame.holder, frame.index);
        }
        if (field.number() > 0 && depth >= 0) {
            Frame top = frames.get(depth);
            MessageFacts.Field kind = top.message.field(field.number());
            append(path, kind, top.count);
            if (kind == null) {
                path.append(".field ").append(field.number());
            }
        }
        return path.isEmpty() ? "model" : path.substring(1);
    }

    private static void append(StringBuilder path, MessageFacts.@Nullable Field kind, int index) {
        if (kind != null) {
            path.append('.').append(kind.name());
            if (kind.repeated()) {
                path.append('[').append(index).append(']');
            }
        }
    }
}
