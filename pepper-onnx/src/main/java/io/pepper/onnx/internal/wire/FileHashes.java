package io.pepper.onnx.internal.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The SHA-256 of the files that this process has hashed or written, so that it does not hash an unchanged file twice. A
 * file is unchanged if its identity, its size, and the times of its last modification and its last change ({@code
 * ctime}, which programs cannot set) are the same. Where the system does not tell these, each request hashes the file. Thread-safe.
 */
public final class FileHashes {
    /** The hashes of this process. */
    public static final FileHashes SHARED = new FileHashes(InstantSource.system());

    private static final int MAX_FILES = 4096;

    /**
     * Clocks of file systems advance in steps of up to 10 ms, and of seconds if their times are whole seconds. Within a
     * step, a file can change without a new time, so that only files without recent changes are certainly unchanged.
     */
    private static final Duration CLOCK_STEP = Duration.ofMillis(100);

    private final InstantSource clock;
    private final Map<Object, Known> files = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Known> eldest) {
            return size() > MAX_FILES;
        }
    };
    private long passes;

    /** The state of a file. */
    private record State(Object key, long size, FileTime modified, FileTime changed) {}

    /**
     * A known hash.
     *
     * @param state the state of the file with this hash
     * @param certain whether each later change of the file changes its state
     * @param renamed whether the file has been renamed since, which is a change
     */
    private record Known(State state, String sha256, boolean certain, boolean renamed) {
        private Known(State state, String sha256) {
            this(state, sha256, false, true);
        }

        private boolean holds(State now, boolean forDecision) {
            boolean same = state.key.equals(now.key) && state.size == now.size && state.modified.equals(now.modified);
            return same && (renamed || state.changed.equals(now.changed)) && (certain || !forDecision);
        }
    }

    FileHashes(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Returns the SHA-256 of a source, for a decision whether to use it.
     *
     * @param source the source
     * @param cancelled is asked now and then whether to stop
     * @return the hash in hexadecimal, lower case
     * @throws java.io.InterruptedIOException if it was cancelled
     * @throws IOException if the source cannot be read
     */
    public String certain(ByteSource source, BooleanSupplier cancelled) throws IOException {
        return sha256(source, cancelled, true);
    }

    /**
     * Returns the SHA-256 of a source, for a report. It trusts {@link #written}, which an attacker can outwit within the
     * same step of the file system's clock.
     *
     * @param source the source
     * @param cancelled is asked now and then whether to stop
     * @return the hash in hexadecimal, lower case
     * @throws java.io.InterruptedIOException if it was cancelled
     * @throws IOException if the source cannot be read
     */
    public String likely(ByteSource source, BooleanSupplier cancelled) throws IOException {
        return sha256(source, cancelled, false);
    }

    /**
     * Adds the hash of a file that this process has written, and may rename. Its time of modification is moved by a
     * microsecond, so that it is no time of the file system's clock, and each later write changes it.
     *
     * @param file the complete file
     * @param sha256 the hash of the written bytes
     */
    public void written(Path file, String sha256) {
        try {
            BasicFileAttributeView view =
                    Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            FileTime modified = view.readAttributes().lastModifiedTime();
            FileTime own = FileTime.from(modified.toInstant().plus(1, ChronoUnit.MICROS));
            view.setTimes(own, null, null);
            state(file).filter(state -> state.modified.equals(own)).ifPresent(state -> add(new Known(state, sha256)));
        } catch (IOException unsupported) {
            // The file is hashed when it is read.
        }
    }

    /**
     * Returns how many sources were hashed, each by reading all of its bytes.
     *
     * @return the number, without hashes of bytes on their way to a file
     */
    public synchronized long passes() {
        return passes;
    }

    private String sha256(ByteSource source, BooleanSupplier cancelled, boolean certain) throws IOException {
        Optional<State> before = state(source);
        Optional<String> known = before.flatMap(state -> known(state, certain));
        if (known.isPresent()) {
            return known.get();
        }
        boolean settled = before.isPresent() && isSettled(before.get().changed());
        count();
        String found = Digests.sha256(source, cancelled);
        if (before.isPresent() && before.equals(state(source))) {
            add(new Known(before.get(), found, settled, false));
        }
        return found;
    }

    private synchronized void count() {
        passes++;
    }

    private synchronized void add(Known known) {
        files.put(known.state.key, known);
    }

    private synchronized Optional<String> known(State state, boolean certain) {
        Known known = files.get(state.key);
        return known != null && known.holds(state, certain) ? Optional.of(known.sha256) : Optional.empty();
    }

    private boolean isSettled(FileTime changed) {
        Instant moment = changed.toInstant();
        return !moment.equals(moment.truncatedTo(ChronoUnit.SECONDS))
                && moment.plus(CLOCK_STEP).isBefore(clock.instant());
    }

    /** Returns the state of a file, unless another file has taken its name since it was opened. */
    private static Optional<State> state(ByteSource source) {
        return source instanceof FileSource file
                ? state(file.real()).filter(state -> state.key.equals(file.key()))
                : Optional.empty();
    }

    private static Optional<State> state(Path file) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return Optional.empty();
        }
        try {
            Map<String, Object> found =
                    Files.readAttributes(file, "unix:fileKey,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new State(
                    Objects.requireNonNull(found.get("fileKey")),
                    (Long) Objects.requireNonNull(found.get("size")),
                    (FileTime) Objects.requireNonNull(found.get("lastModifiedTime")),
                    (FileTime) Objects.requireNonNull(found.get("ctime"))));
        } catch (IOException unknown) {
            return Optional.empty(); // The caller reads the file, and reports what is wrong with it.
        }
    }
}
