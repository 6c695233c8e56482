package io.pepper.export;

import io.pepper.onnx.internal.ModelContents;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.file.Path;

/** Lets tests export as if an ONNX file could have only a few bytes. */
public final class PartitionExportAccess {
    private PartitionExportAccess() {}

    public static PartitionManifest export(
            ModelContents model, Partition partition, ExportOptions options, Path target, long mostPartBytes)
            throws IOException {
        return new PartitionExport(model, partition, options, null, mostPartBytes).to(target);
    }
}
