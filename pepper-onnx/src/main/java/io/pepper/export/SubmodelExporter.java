package io.pepper.export;

import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An exporter of partitions. It writes each part as an ONNX file, with a {@code partition.json} beside the parts.
 *
 * <p>A part contains the operators of its segment, the constants that they need, and the functions that they call. It
 * also contains all other information of the model that concerns them: operator sets, metadata, documentation, value
 * types and quantisation annotations. Its metadata name the model, the cuts and the part. Large tensors are copied from
 * the model's file to the part's without entering the heap. The same model, partition and options give the same bytes.
 *
 * <p>The files appear together or not at all. A directory that does not exist appears as a whole. In an existing
 * directory, the files of an earlier export are replaced, and all other files stay. To cancel, interrupt the thread;
 * the directory is then unchanged.
 *
 * <p>Time and disk are O(bytes of the parts), memory is O(operators). Stateless and therefore thread-safe; the caller
 * must avoid two exports to one directory at the same time.
 */
public final class SubmodelExporter {
    private SubmodelExporter() {}

    /**
     * Writes the parts with the default options.
     *
     * @param model the model
     * @param partition a partition of {@link OnnxModel#graph()}
     * @param directory the directory of the parts
     * @return the content of {@code partition.json}
     * @throws IllegalArgumentException if the partition belongs to another graph
     * @throws io.pepper.model.UnsupportedModelException if the type of a tensor that crosses a cut is unknown, or a
     *     part would exceed the largest ONNX file (2 GiB)
     * @throws java.nio.file.FileAlreadyExistsException if a file with the name of a part exists that no earlier export
     *     wrote
     * @throws java.nio.file.NotDirectoryException if {@code directory} is a file
     * @throws io.pepper.document.InvalidFileException if the directory has an invalid {@code partition.json}, so that
     *     the files of an earlier export are unknown
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a file cannot be read or written
     */
    public static PartitionManifest export(OnnxModel model, Partition partition, Path directory) throws IOException {
        return export(model, partition, directory, ExportOptions.DEFAULTS);
    }

    /**
     * Writes the parts.
     *
     * @param model the model
     * @param partition a partition of {@link OnnxModel#graph()}
     * @param directory the directory of the parts
     * @param options the options of the export
     * @return the content of {@code partition.json}
     * @throws IllegalArgumentException if the partition belongs to another graph
     * @throws ExportTooLargeException if the export would write more bytes than the options allow
     * @throws io.pepper.model.UnsupportedModelException if the type of a tensor that crosses a cut is unknown, or a
     *     part would exceed the largest ONNX file (2 GiB)
     * @throws java.nio.file.FileAlreadyExistsException if a file with the name of a part exists that no earlier export
     *     wrote
     * @throws java.nio.file.NotDirectoryException if {@code directory} is a file
     * @throws io.pepper.document.InvalidFileException if the directory has an invalid {@code partition.json}, so that
     *     the files of an earlier export are unknown
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a file cannot be read or written
     */
    public static PartitionManifest export(OnnxModel model, Partition partition, Path directory, ExportOptions options)
            throws IOException {
        if (partition.graph() != model.graph()) {
            throw new IllegalArgumentException("the partition is of another graph than the model " + model.name());
        }
        return new PartitionExport(Contents.of(model), partition, options, null).to(directory);
    }
}
