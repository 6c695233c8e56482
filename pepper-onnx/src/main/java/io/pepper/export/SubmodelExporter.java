package io.pepper.export;

import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes the parts of a partition as ONNX files, with a {@code partition.json} beside them.
 *
 * <p>A part holds the operators of its segment, the constants that they need, the functions that they call, and of
 * everything else that the model says (operator sets, metadata, documentation, value types, quantisation annotations) what
 * concerns them; its metadata names the model, the cuts and the part. Large tensors are copied from the model's file to
 * the part's without entering the heap. The same model, partition and options give the same bytes.
 *
 * <p>Files appear together or not at all: a directory that does not exist appears whole; in one that exists, the files of
 * an earlier export are replaced, and any other file stays. To cancel, interrupt the thread; the directory is then as it
 * was.
 *
 * <p>Time and disk are O(bytes of the parts), memory O(operators). Stateless and therefore thread-safe; two exports to one
 * directory at the same time are the caller's to avoid.
 */
public final class SubmodelExporter {
    private SubmodelExporter() {}

    /**
     * Writes the parts with the default options.
     *
     * @param model the model
     * @param partition a partition of {@link OnnxModel#graph()}
     * @param directory where the parts go
     * @return what {@code partition.json} says
     * @throws IllegalArgumentException if the partition is of another graph
     * @throws io.pepper.model.UnsupportedModelException if the type of a tensor that crosses a cut is not known, or a part would not fit
     *     into one file of ONNX's (2 GiB)
     * @throws java.nio.file.FileAlreadyExistsException if a file of the name of a part exists that no earlier export made
     * @throws java.nio.file.NotDirectoryException if {@code directory} is a file
     * @throws io.pepper.model.MalformedModelException if a {@code partition.json} stands in the directory that cannot be understood, so that
     *     it is not known which files are those of an earlier export
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
     * @param directory where the parts go
     * @param options how to write them
     * @return what {@code partition.json} says
     * @throws IllegalArgumentException if the partition is of another graph
     * @throws io.pepper.model.UnsupportedModelException if the type of a tensor that crosses a cut is not known, or a part would not fit
     *     into one file of ONNX's (2 GiB)
     * @throws java.nio.file.FileAlreadyExistsException if a file of the name of a part exists that no earlier export made
     * @throws java.nio.file.NotDirectoryException if {@code directory} is a file
     * @throws io.pepper.model.MalformedModelException if a {@code partition.json} stands in the directory that cannot be understood, so that
     *     it is not known which files are those of an earlier export
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
