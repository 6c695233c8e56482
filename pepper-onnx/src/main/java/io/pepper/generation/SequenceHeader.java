package io.pepper.generation;

import io.pepper.document.InvalidFileException;
import io.pepper.generation.SavedSequence.SavedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The first bytes of a saved sequence: all but the contents of its tensors, and the hash behind them. Each length is
 * compared with the rest of the file before it is believed. Not thread-safe.
 */
final class SequenceHeader {
    /** The bytes of the SHA-256 at the end of the file. */
    static final int HASH_BYTES = 32;

    private static final byte[] MAGIC = "PEPPERSQ".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int MAX_AXES = 16;
    private static final int MAX_TENSORS = 1 << 16;
    private static final int NONE = -1;

    private final Path path;
    private final FileChannel channel;
    private final long end;
    private long position;

    private SequenceHeader(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.end = channel.size() - HASH_BYTES;
    }

    /** Begins to read, with what tells these files from others. */
    static SequenceHeader begin(Path path, FileChannel channel) throws IOException {
        SequenceHeader header = new SequenceHeader(path, channel);
        if (header.end < MAGIC.length || !header.take(MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw header.invalid("it is no saved sequence");
        }
        int version = header.take(Integer.BYTES).getInt();
        if (version != VERSION) {
            throw header.invalid(
                    "it has the version " + Integer.toUnsignedString(version) + ", and only " + VERSION + " is known");
        }
        return header;
    }

    /** Returns the position of the hash. */
    long end() {
        return end;
    }

    /** Returns the position behind what was read. */
    long position() {
        return position;
    }

    /** Reads what follows. */
    SavedSequence read() throws IOException {
        String model = HexFormat.of().formatHex(take(HASH_BYTES).array());
        ByteBuffer tokens = take(Math.multiplyFull(count("tokens"), Long.BYTES));
        List<Long> read = new ArrayList<>(tokens.remaining() / Long.BYTES);
        while (tokens.hasRemaining()) {
            read.add(tokens.getLong());
        }
        int choices = count("chosen tokens");
        if (choices > 1) {
            throw invalid("it has " + choices + " chosen tokens; there may be one");
        }
        OptionalLong chosen = choices == 0
                ? OptionalLong.empty()
                : OptionalLong.of(take(Long.BYTES).getLong());
        return new SavedSequence(model, read, chosen, tensors("contexts"), tensors("caches"));
    }

    private List<SavedTensor> tensors(String kind) throws IOException {
        List<SavedTensor> found = new ArrayList<>();
        int count = count(kind);
        if (count > MAX_TENSORS) {
            throw invalid("it has " + count + " " + kind + "; at most " + MAX_TENSORS + " are read");
        }
        while (found.size() < count) {
            found.add(tensor());
        }
        return found;
    }

    private SavedTensor tensor() throws IOException {
        String name = text();
        String type = text();
        int axis = take(Integer.BYTES).getInt();
        int axes = take(Integer.BYTES).getInt();
        if (axes < 0 || axes > MAX_AXES || axis < NONE || axis >= axes) {
            throw invalid("'" + name + "' has " + axes + " axes, and grows along the one at " + axis);
        }
        ByteBuffer sizes = take((long) axes * Long.BYTES);
        List<Long> shape =
                IntStream.range(0, axes).mapToObj(i -> sizes.getLong()).toList();
        long bytes = take(Long.BYTES).getLong();
        if (bytes < 0 || bytes > Math.min(Integer.MAX_VALUE, end - position)) {
            throw invalid("'" + name + "' has " + Long.toUnsignedString(bytes) + " bytes, more than there are");
        }
        return new SavedTensor(
                name, type, axis == NONE ? OptionalInt.empty() : OptionalInt.of(axis), shape, (int) bytes);
    }

    private String text() throws IOException {
        int length = Short.toUnsignedInt(take(Short.BYTES).getShort());
        return StandardCharsets.UTF_8.decode(take(length)).toString();
    }

    private int count(String what) throws IOException {
        int count = take(Integer.BYTES).getInt();
        if (count < 0 || count > end - position) {
            throw invalid("it has " + Integer.toUnsignedString(count) + " " + what + ", more than its size allows");
        }
        return count;
    }

    private ByteBuffer take(long bytes) throws IOException {
        if (bytes > end - position || bytes > Integer.MAX_VALUE) {
            throw invalid("it ends at byte " + position + ", where " + bytes + " further bytes are needed");
        }
        ByteBuffer taken = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        fill(path, channel, position, taken);
        position += bytes;
        return taken.flip();
    }

    /** Reads bytes of a file, until the buffer is full. */
    static void fill(Path path, FileChannel channel, long position, ByteBuffer target) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw new InvalidFileException(path.toString(), "it was shortened while it was read");
            }
            at += read;
        }
    }

    private InvalidFileException invalid(String problem) {
        return new InvalidFileException(path.toString(), problem);
    }

    /** Returns the bytes of a header. */
    static ByteBuffer bytes(SavedSequence saved) {
        long size = MAGIC.length + Integer.BYTES + HASH_BYTES + 4L * Integer.BYTES;
        size += (saved.tokens().size() + (saved.chosen().isPresent() ? 1L : 0L)) * Long.BYTES;
        for (SavedTensor tensor : saved.tensors().toList()) {
            size += utf8(tensor.name()).length + utf8(tensor.type()).length + 2L * Short.BYTES;
            size += 2L * Integer.BYTES + (tensor.shape().size() + 1L) * Long.BYTES;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(VERSION).put(HexFormat.of().parseHex(saved.model()));
        putLongs(bytes, saved.tokens());
        OptionalLong chosen = saved.chosen();
        putLongs(bytes, chosen.isPresent() ? List.of(chosen.getAsLong()) : List.of());
        for (List<SavedTensor> tensors : List.of(saved.contexts(), saved.caches())) {
            bytes.putInt(tensors.size());
            tensors.forEach(tensor -> put(bytes, tensor));
        }
        return bytes.flip();
    }

    private static void putLongs(ByteBuffer bytes, List<Long> numbers) {
        bytes.putInt(numbers.size());
        numbers.forEach(bytes::putLong);
    }

    private static void put(ByteBuffer bytes, SavedTensor tensor) {
        for (String text : List.of(tensor.name(), tensor.type())) {
            bytes.putShort((short) utf8(text).length).put(utf8(text));
        }
        bytes.putInt(tensor.axis().orElse(NONE)).putInt(tensor.shape().size());
        Stream.concat(tensor.shape().stream(), Stream.of((long) tensor.bytes())).forEach(bytes::putLong);
    }

    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0xffff) {
            throw new IllegalArgumentException("a name of " + bytes.length + " bytes cannot be saved");
        }
        return bytes;
    }
}
