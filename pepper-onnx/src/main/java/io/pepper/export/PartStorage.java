package io.pepper.export;

import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.model.WeightRanges;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.PayloadWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The storage of the parts' weights: decides on the files and writes the references into the parts. */
final class PartStorage {
    private final ModelContents model;
    private final WeightStorage storage;
    private final References references;
    private final long maxBytes;
    private final List<String> notes = new ArrayList<>();

    /**
     * A part with its storage.
     *
     * @param part the part; tensors in other files refer to them
     * @param copied the data file to write beside it
     * @param referenced the files of the whole model that it refers to
     * @param bytes the size of its file and its data file, without the metadata
     */
    record Stored(PartModel part, Optional<DataFile> copied, Set<ByteSource> referenced, long bytes) {}

    /**
     * Creates the storage.
     *
     * @param model the whole model
     * @param storage the requested storage
     * @param references the names of the whole model's files as seen from the target
     * @param maxBytes maximum size of an ONNX file in bytes
     */
    PartStorage(ModelContents model, WeightStorage storage, References references, long maxBytes) {
        this.model = model;
        this.storage = storage;
        this.references = references;
        this.maxBytes = maxBytes;
    }

    /** Returns notes for the manifest. */
    List<String> notes() {
        return notes;
    }

    /**
     * Decides on the storage of a part.
     *
     * @param part a part
     * @param file the name of its file
     * @throws UnsupportedModelException if the part is too large for an ONNX file, or cannot refer to its weights
     */
    Stored store(PartModel part, String file) throws IOException {
        Stored stored =
                switch (storage) {
                    case INLINE -> inline(part, file);
                    case EXTERNAL -> external(part, file);
                    case REFERENCE -> referring(part, file);
                };
        long bytes = stored.bytes - stored.copied.map(DataFile::size).orElse(0L);
        if (bytes > maxBytes) {
            throw new UnsupportedModelException(
                    model.source().name(),
                    file,
                    "would have " + bytes
                            + " bytes without the weights that a data file can hold, but an ONNX file has at most "
                            + maxBytes + "; ask for more parts");
        }
        return stored;
    }

    private long bytes(ModelProto message) throws IOException {
        return new PayloadWriter(message, model.payloads()).size();
    }

    private Stored inline(PartModel part, String file) throws IOException {
        long bytes = bytes(part.model());
        if (bytes <= maxBytes) {
            return new Stored(part, Optional.empty(), Set.of(), bytes);
        }
        Stored stored = external(part, file);
        notes.add(file + " would have " + bytes + " bytes, but an ONNX file has at most " + maxBytes
                + ": its weights are in " + FileNames.ofData(file));
        return stored;
    }

    private Stored external(PartModel part, String file) throws IOException {
        DataFile data = new DataFile(FileNames.ofData(file));
        ModelProto moved = WeightRanges.moved(
                part.model(),
                model.payloads(),
                bytes -> Optional.of(new WeightRanges.Place(data.name(), data.place(bytes))));
        long bytes = bytes(moved) + data.size();
        return new Stored(part.with(moved), data.isEmpty() ? Optional.empty() : Optional.of(data), Set.of(), bytes);
    }

    private Stored referring(PartModel part, String file) throws IOException {
        Set<ByteSource> referenced = new LinkedHashSet<>();
        ModelProto moved = WeightRanges.moved(part.model(), model.payloads(), bytes -> {
            referenced.add(bytes.source());
            return Optional.of(new WeightRanges.Place(references.location(bytes.source()), bytes.position()));
        });
        long bytes = bytes(moved);
        long copied = bytes - moved.getSerializedSize();
        if (copied > 0) {
            notes.add(file + " holds about " + copied
                    + " bytes of tensors in an encoding to which an ONNX file cannot refer");
        }
        return new Stored(part.with(moved), Optional.empty(), referenced, bytes);
    }
}
