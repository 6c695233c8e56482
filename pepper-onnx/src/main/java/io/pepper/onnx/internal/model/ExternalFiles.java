package io.pepper.onnx.internal.model;

import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of a model's external tensors. They are in the model's directory or below it: absolute paths and {@code ..}
 * are refused. Like ONNX Runtime, this class follows links into that directory and into the real directory of the
 * model's file; it also follows links into directories that the caller allows. Each file is opened once.
 */
final class ExternalFiles implements Closeable {
    /** Tensors may share this number of bytes freely, since small constants are often identical. */
    private static final long SHARED_BYTES = 64L << 20;

    private final String source;
    private final Optional<DirectoryFiles> files;
    private final ReadOptions options;
    private final Map<Path, FileSource> open = new LinkedHashMap<>();
    private final Map<ByteSource, Long> used = new HashMap<>();

    /**
     * Prepares without opening files.
     *
     * @param source the model's own bytes; if they are a file, links may lead into its real directory
     * @param directory the directory that must contain the files; empty if the model has none
     * @param options the limits of the files, and further permitted places
     */
    ExternalFiles(ByteSource source, Optional<Path> directory, ReadOptions options) {
        this.source = source.name();
        this.options = options;
        List<Path> roots = new ArrayList<>(options.allowedRoots());
        if (source instanceof FileSource file && file.real().getParent() != null) {
            roots.add(file.real().getParent());
        }
        this.files = directory.map(top -> new DirectoryFiles(top, roots, options.hardLinks()));
    }

    /** Returns the opened file at a location. */
    ByteSource open(String where, String location) throws IOException {
        if (files.isEmpty()) {
            throw new UnsupportedModelException(
                    source, where, "its data stands in the file '" + location + "'; load the model from its path");
        }
        Optional<String> refusal = Locations.refusal(location);
        if (refusal.isPresent()) {
            throw refused(where, location, refusal.get(), null);
        }
        Path below = Path.of(location).normalize();
        FileSource known = open.get(below);
        if (known == null) {
            if (open.size() >= options.limits().dataFiles()) {
                throw new MalformedModelException(
                        source,
                        where + ".external_data.location",
                        "is beyond the limit of " + options.limits().dataFiles() + " data files");
            }
            known = openNew(files.get(), where, location, below);
            open.put(below, known);
        }
        return known;
    }

    private FileSource openNew(DirectoryFiles in, String where, String location, Path below) throws IOException {
        try {
            return in.open(below);
        } catch (NoSuchFileException missing) {
            throw refused(where, location, "is missing beside the model", missing);
        } catch (ClosedByInterruptException interrupted) {
            throw FileSource.interrupted(below, interrupted);
        } catch (FileSystemException other) {
            throw refused(where, location, String.valueOf(other.getReason()), other);
        }
    }

    private MalformedModelException refused(
            String where, String location, String why, @Nullable FileSystemException cause) {
        String what = "its data file '" + location + "' " + why;
        return cause == null
                ? new MalformedModelException(source, where, what)
                : new MalformedModelException(source, where, what, cause);
    }

    /** Returns the opened files. */
    Collection<FileSource> opened() {
        return Collections.unmodifiableCollection(open.values());
    }

    /** Counts the bytes that a tensor takes from a file. */
    void use(String where, ByteSource file, long bytes) throws MalformedModelException {
        long reuse = options.limits().dataReuse();
        long most = Math.max(SHARED_BYTES, file.size() > Long.MAX_VALUE / reuse ? Long.MAX_VALUE : reuse * file.size());
        long before = used.getOrDefault(file, 0L);
        long sum = bytes > Long.MAX_VALUE - before ? Long.MAX_VALUE : before + bytes;
        used.put(file, sum);
        if (sum > most || sum == Long.MAX_VALUE) {
            throw new MalformedModelException(
                    source,
                    where + ".external_data",
                    "makes tensors take " + sum + " bytes from '" + file.name() + "', which has " + file.size()
                            + " and may be used " + options.limits().dataReuse() + " times over");
        }
    }

    @Override
    public void close() throws IOException {
        for (ByteSource file : open.values()) {
            file.close();
        }
    }
}
