package io.pepper.export;

import com.google.protobuf.MessageLite;
import io.pepper.internal.text.FileErrors;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.model.WeightRanges;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.wire.PayloadWriter;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The size of an export, computed and limited before the first byte is written. */
final class ExportSize {
    private static final int MAX_NAMED = 3;

    private final ModelContents model;
    private final ExportOptions options;
    private final List<PartStorage.Stored> parts;
    private final long bytes;

    /** An element that several parts contain. */
    private record Repeated(String what, long bytes, int parts) {
        double sum() {
            return (double) bytes * parts;
        }

        Repeated again() {
            return new Repeated(what, bytes, parts + 1);
        }

        @Override
        public String toString() {
            return what + " (" + bytes + " bytes) in " + parts + " of them";
        }
    }

    /**
     * Adds up the sizes of the parts.
     *
     * @param model the whole model
     * @param options the options of the export
     * @param parts the parts, ready to be written
     */
    ExportSize(ModelContents model, ExportOptions options, List<PartStorage.Stored> parts) {
        this.model = model;
        this.options = options;
        this.parts = parts;
        this.bytes = parts.stream().mapToLong(PartStorage.Stored::bytes).sum();
    }

    /** Returns the bytes of the parts and their data files, without the few bytes of metadata and manifest. */
    long bytes() {
        return bytes;
    }

    /**
     * Refuses an export that would exceed its limit.
     *
     * @throws ExportTooLargeException if it would write more bytes than the options allow
     */
    void refuseBeyondLimit() throws IOException {
        long most = options.maxBytes().orElseGet(this::defaultLimit);
        if (bytes > most) {
            throw new ExportTooLargeException(model.source().name(), refusal(most), bytes, most);
        }
    }

    private long defaultLimit() {
        long whole = model.bytes();
        return whole > (Long.MAX_VALUE - ExportOptions.DEFAULT_FLOOR) / ExportOptions.DEFAULT_TIMES
                ? Long.MAX_VALUE
                : whole * ExportOptions.DEFAULT_TIMES + ExportOptions.DEFAULT_FLOOR;
    }

    private String refusal(long most) throws IOException {
        String repeated = repeated().stream().map(Repeated::toString).collect(Collectors.joining(", "));
        String advice = options.weights() == WeightStorage.REFERENCE
                ? ""
                : "let parts refer to the model's weights (--weights reference; in Java, WeightStorage.REFERENCE), ";
        return String.format(
                        Locale.ROOT,
                        "would take %d bytes in %d parts, %.1f times the model's %d; an export may write %d",
                        bytes,
                        parts.size(),
                        (double) bytes / Math.max(1, model.bytes()),
                        model.bytes(),
                        most)
                + (repeated.isEmpty() ? "" : "; most of it is " + repeated)
                + "; " + advice + "ask for fewer parts, or allow more (--max-export-bytes " + bytes
                + "; in Java, ExportOptions.withMaxBytes)";
    }

    /** Returns the elements whose copies in several parts take the most bytes. */
    private List<Repeated> repeated() throws IOException {
        Map<String, Repeated> found = new LinkedHashMap<>();
        for (PartStorage.Stored part : parts) {
            GraphProto graph = part.part().model().getGraph();
            for (TensorProto initializer : graph.getInitializerList()) {
                count(found, "'" + initializer.getName() + "'", initializer, WeightRanges.referred(initializer));
            }
            for (NodeProto node : graph.getNodeList()) {
                String made = node.getOutputCount() == 0 ? node.getName() : node.getOutput(0);
                count(found, "the operator of '" + made + "'", node, WeightRanges.referred(node));
            }
            for (FunctionProto function : part.part().model().getFunctionsList()) {
                count(found, "the function '" + function.getName() + "'", function, 0);
            }
        }
        return found.values().stream()
                .filter(each -> each.parts > 1)
                .sorted(Comparator.comparingDouble(Repeated::sum).reversed())
                .limit(MAX_NAMED)
                .toList();
    }

    private void count(Map<String, Repeated> found, String what, MessageLite message, long referred)
            throws IOException {
        Repeated before = found.get(what);
        if (before == null) {
            long beside = options.weights() == WeightStorage.REFERENCE ? 0 : referred;
            long size = new PayloadWriter(message, model.payloads()).size();
            found.put(what, new Repeated(what, size + beside, 1));
        } else {
            found.put(what, before.again());
        }
    }

    /**
     * Refuses an export that does not fit on the disk.
     *
     * @param target the directory of the parts; need not exist
     * @throws FileSystemException if the disk has less free space
     */
    void refuseWithoutRoom(Path target) throws IOException {
        Path existing = target.toAbsolutePath().normalize();
        while (!Files.exists(existing)) {
            existing = Objects.requireNonNull(existing.getParent(), "the root exists");
        }
        Path place = existing;
        FileStore store = FileErrors.naming(place, () -> Files.getFileStore(place));
        refuseWithoutRoom(place, FileErrors.naming(place, store::getTotalSpace), store.getUsableSpace());
    }

    /** A file system that reports a size of 0 does not know its free space. */
    void refuseWithoutRoom(Path place, long total, long free) throws FileSystemException {
        if (total > 0 && free < bytes) {
            throw new FileSystemException(
                    place.toString(), null, "has room for " + free + " bytes, where the parts take " + bytes);
        }
    }
}
