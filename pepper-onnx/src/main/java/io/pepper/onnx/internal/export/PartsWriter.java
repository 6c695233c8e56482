package io.pepper.onnx.internal.export;

import io.pepper.onnx.ExportOptions;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.wire.PayloadWeaver;
import io.pepper.onnx.internal.wire.WovenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Writes the files of parts. The metadata, which hold the model's hash, come last in a file, so that parts are copied while
 * the hash is computed: files stay open until it is known.
 */
final class PartsWriter implements AutoCloseable {
    private static final int MAX_OPEN_FILES = 32;

    private final ModelContents model;
    private final int total;
    private final ExportOptions options;
    private final ModelHash hash;
    private final ByteBuffer buffer = WovenFile.newBuffer();
    private final Deque<OpenPart> open = new ArrayDeque<>();
    private final List<PartitionManifest.Part> finished = new ArrayList<>();

    /** A part whose file lacks only the metadata. */
    private record OpenPart(PartModel part, String name, WovenFile file) {}

    /**
     * Prepares.
     *
     * @param model the whole model
     * @param total how many parts there will be
     * @param options how to write
     * @param hash the model's hash, which may take a while
     */
    PartsWriter(ModelContents model, int total, ExportOptions options, ModelHash hash) {
        this.model = model;
        this.total = total;
        this.options = options;
        this.hash = hash;
    }

    void write(PartModel part, Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        options.progress().progress("writing " + name, finished.size() + open.size(), total);
        WovenFile file = new WovenFile(path, options.checksums(), buffer);
        open.add(new OpenPart(part, name, file));
        new PayloadWeaver(part.model(), model.payloads()).write(file);
        file.flush();
        if (hash.isDone() || open.size() == MAX_OPEN_FILES) {
            finishOpen();
        }
    }

    /** Completes all files, and says what is in them. */
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
            WovenFile.Written written = next.file.finish(options.durable());
            next.file.close();
            open.removeFirst();
            finished.add(new PartitionManifest.Part(
                    next.name,
                    written.sha256(),
                    written.bytes(),
                    next.part.operators(),
                    next.part.recomputedOperators(),
                    next.part.constantOperators(),
                    next.part.weightBytes(),
                    next.part.inputs(),
                    next.part.outputs()));
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

    /** Closes files that were not finished. */
    @Override
    public void close() throws IOException {
        while (!open.isEmpty()) {
            open.removeFirst().file.close();
        }
    }
}
