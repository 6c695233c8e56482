package io.pepper.export;

import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.Payload;
import io.pepper.onnx.internal.wire.PayloadFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The layout of a part's data file, planned before the file is written. The tensors follow each other, each at the
 * start of a page. Bytes that several tensors share are stored once.
 */
final class DataFile {
    /** The alignment that ONNX recommends, so that tensors can be mapped into memory. */
    static final int ALIGNMENT = 4096;

    private static final byte[] ZEROS = new byte[ALIGNMENT];

    private final String name;
    private final List<Payload> ranges = new ArrayList<>();
    private final Map<Range, Long> offsets = new HashMap<>();
    private long size;

    private record Range(ByteSource source, long position, long length) {}

    DataFile(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    long size() {
        return size;
    }

    boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** Reserves space for bytes; returns their offset. */
    long place(Payload bytes) {
        Range range = new Range(bytes.source(), bytes.position(), bytes.length());
        Long known = offsets.get(range);
        if (known != null) {
            return known;
        }
        long offset = size + padding(size);
        offsets.put(range, offset);
        ranges.add(bytes);
        size = Math.addExact(offset, bytes.length());
        return offset;
    }

    private static int padding(long position) {
        return (int) (-position & (ALIGNMENT - 1));
    }

    void write(PayloadFile out) throws IOException {
        long position = 0;
        for (Payload bytes : ranges) {
            int padding = padding(position);
            out.write(ZEROS, 0, padding);
            out.transfer(bytes.source(), bytes.position(), bytes.length());
            position += padding + bytes.length();
        }
    }
}
