package io.pepper.export;

import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.PayloadFile;
import io.pepper.onnx.internal.wire.PayloadWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A writer of the parts' files. The metadata, which include the model's hash, come last in a file. So parts can be
 * copied while the hash is being computed, and their files stay open until it is known.
 */
final class PartsWriter implements AutoCloseable {
    private static final int MAX_OPEN_FILES = 32;

    private final ModelContents model;
    private final int total;
    private final ExportOptions options;
    private final References references;
    private final ModelHash hash;
    private final Map<ByteSource, String> hashes = new HashMap<>();
    private final ByteBuffer buffer = PayloadFile.newBuffer();
    private final Deque<OpenPart> open = new ArrayDeque<>();
    private final List<PartitionManifest.Part> finished = new ArrayList<>();

    /** A part whose file only lacks the metadata. */
    private record OpenPart(
            PartModel part,
            String name,
            PayloadFile file,
            List<PartitionManifest.Data> copied,
            Set<ByteSource> referenced) {}

    /**
     * Creates a writer.
     *
     * @param model the whole model
     * @param total number of parts
     * @param options the options of the export
     * @param references the names of the model's files as seen from the target
     * @param hash the model's hash, which is computed in the background
     */
    PartsWriter(ModelContents model, int total, ExportOptions options, References references, ModelHash hash) {
        this.model = model;
        this.total = total;
        this.options = options;
        this.references = references;
        this.hash = hash;
    }

    void write(PartStorage.Stored stored, Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        options.progress().progress("writing " + name, finished.size() + open.size(), total);
        List<PartitionManifest.Data> copied = new ArrayList<>();
        if (stored.copied().isPresent()) {
            DataFile data = stored.copied().get();
            copied.add(copy(data, path.resolveSibling(data.name())));
        }
        PayloadFile file = new PayloadFile(path, options.checksums(), buffer);
        open.add(new OpenPart(stored.part(), name, file, copied, stored.referenced()));
        new PayloadWriter(stored.part().model(), model.payloads()).write(file);
        file.flush();
        if (hash.isDone() || open.size() == MAX_OPEN_FILES) {
            finishOpen();
        }
    }

    private PartitionManifest.Data copy(DataFile data, Path path) throws IOException {
        try (PayloadFile file = new PayloadFile(path, options.checksums(), buffer)) {
            data.write(file);
            PayloadFile.Written written = file.finish(options.durable());
            return new PartitionManifest.Data(data.name(), written.sha256(), written.bytes());
        }
    }

    private PartitionManifest.Data referenced(ByteSource source) throws IOException {
        Optional<String> sha256 = source == model.source() ? hash.get() : Optional.empty();
        if (sha256.isEmpty() && options.checksums()) {
            String known = hashes.get(source);
            if (known == null) {
                known = FileHashes.SHARED.certain(
                        source, () -> Thread.currentThread().isInterrupted());
                hashes.put(source, known);
            }
            sha256 = Optional.of(known);
        }
        return new PartitionManifest.Data(references.location(source), sha256, source.size());
    }

    /** Completes all files and returns their descriptions. */
    List<PartitionManifest.Part> finish() throws IOException {
        finishOpen();
        options.progress().progress("writing parts", total, total);
        return List.copyOf(finished);
    }

    private void finishOpen() throws IOException {
        while (!open.isEmpty()) {
            OpenPart next = open.getFirst();
            byte[] metadata = metadata(next.part);
            next.file.write(metadata, 0, metadata.length);
            PayloadFile.Written written = next.file.finish(options.durable());
            next.file.close();
            open.removeFirst();
            List<PartitionManifest.Data> data = new ArrayList<>(next.copied);
            for (ByteSource source : next.referenced) {
                data.add(referenced(source));
            }
            finished.add(new PartitionManifest.Part(
                    next.name,
                    written.sha256(),
                    written.bytes(),
                    next.part.operators(),
                    next.part.recomputedOperators(),
                    next.part.constantOperators(),
                    next.part.weightBytes(),
                    next.part.inputs(),
                    next.part.outputs(),
                    data));
        }
    }

    private byte[] metadata(PartModel part) throws IOException {
        PartMetadata metadata = new PartMetadata();
        metadata.addModel(model.name(), hash.get());
        metadata.add("part", Integer.toString(finished.size() + 1));
        metadata.add("parts", Integer.toString(total));
        metadata.addTensors("inputs", part.inputs());
        metadata.addTensors("outputs", part.outputs());
        return metadata.toBytes();
    }

    /** Closes unfinished files. */
    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.removeFirst().file.close();
        }
    }
}
