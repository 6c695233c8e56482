package io.pepper.export;

import io.pepper.cut.Cut;
import io.pepper.graph.DataflowGraph;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.ToolVersion;
import io.pepper.onnx.internal.model.MaskUse;
import io.pepper.onnx.internal.model.NoTensors;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.PayloadFile;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One export: it assembles the parts one after another, writes each, and publishes them with their manifest. */
final class PartitionExport {
    /** The largest message that protobuf and ONNX Runtime read, with some room for the metadata. */
    private static final long MAX_PART_BYTES = Integer.MAX_VALUE - (1L << 20);

    private final ModelContents model;
    private final Partition partition;
    private final ExportOptions options;
    private final List<String> fileNames = new ArrayList<>();
    private final @Nullable Companion companion;
    private final long mostPartBytes;

    /** A further file that refers to the parts. */
    @FunctionalInterface
    public interface Companion {
        /**
         * Returns the file's content.
         *
         * @param manifest the manifest of the parts
         * @return the bytes of {@code plan.json}
         * @throws IOException if the content cannot be created
         */
        byte[] bytes(PartitionManifest manifest) throws IOException;
    }

    /**
     * Creates an export.
     *
     * @param model the model
     * @param partition a partition of its dataflow graph
     * @param options the options of the export
     * @param companion the content of {@code plan.json}; null for none
     */
    public PartitionExport(
            ModelContents model, Partition partition, ExportOptions options, @Nullable Companion companion) {
        this(model, partition, options, companion, MAX_PART_BYTES);
    }

    /** Creates an export with a lower limit on the size of a part. */
    PartitionExport(
            ModelContents model,
            Partition partition,
            ExportOptions options,
            @Nullable Companion companion,
            long mostPartBytes) {
        this.companion = companion;
        this.mostPartBytes = mostPartBytes;
        this.model = model;
        this.partition = partition;
        this.options = options;
        for (int part = 1; part <= partition.segments().size(); part++) {
            fileNames.add(FileNames.ofPart(model.name(), part));
        }
    }

    /**
     * Writes all files.
     *
     * @param target the directory in which the files appear
     * @return the manifest
     * @throws IOException if a file cannot be read or written; the directory is then unchanged
     */
    public PartitionManifest to(Path target) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the export was interrupted");
        }
        References references = new References(model.source().name(), target);
        PartStorage storage = new PartStorage(model, options.weights(), references, mostPartBytes);
        List<PartStorage.Stored> parts = assemble(storage);
        ExportSize size = new ExportSize(model, options, parts);
        size.refuseBeyondLimit();
        size.refuseWithoutRoom(target);
        options.progress().progress("writing " + size.bytes() + " bytes", 0, parts.size());
        List<String> names = names(parts);
        try (Staging staging = Staging.of(target, () -> earlierFiles(target));
                ModelHash hash = new ModelHash(model, options.checksums())) {
            references.refuseReplaced(staging.earlierFiles());
            staging.refuseStrangers(names);
            PartitionManifest manifest = manifest(write(parts, references, staging, hash), hash.get(), storage.notes());
            write(staging.file(PartitionManifest.FILE_NAME), ManifestJson.write(manifest));
            if (companion != null) {
                write(staging.file(DeploymentPlan.FILE_NAME), companion.bytes(manifest));
            }
            remember(manifest, staging, Set.copyOf(names));
            staging.publish(names);
            return manifest;
        }
    }

    /** A verification that follows does not hash the written files again. */
    private static void remember(PartitionManifest manifest, Staging staging, Set<String> written) {
        for (PartitionManifest.Part part : manifest.parts()) {
            part.sha256().ifPresent(hash -> FileHashes.SHARED.written(staging.file(part.file()), hash));
            for (PartitionManifest.Data data : part.data()) {
                if (written.contains(data.file())) {
                    data.sha256().ifPresent(hash -> FileHashes.SHARED.written(staging.file(data.file()), hash));
                }
            }
        }
    }

    /** Returns the names of the files that will appear, the manifest last. */
    private List<String> names(List<PartStorage.Stored> parts) {
        List<String> names = new ArrayList<>();
        parts.forEach(part -> part.copied().ifPresent(data -> names.add(data.name())));
        names.addAll(fileNames);
        if (companion != null) {
            names.add(DeploymentPlan.FILE_NAME);
        }
        names.add(PartitionManifest.FILE_NAME);
        return names;
    }

    private List<PartStorage.Stored> assemble(PartStorage storage) throws IOException {
        DataflowGraph graph = partition.graph();
        Set<String> crossing = new LinkedHashSet<>();
        for (Segment segment : partition.segments()) {
            segment.inputs().stream().mapToObj(graph::tensorName).forEach(crossing::add);
            segment.outputs().stream().mapToObj(graph::tensorName).forEach(crossing::add);
        }
        crossing.addAll(model.graph().constantOutputs());
        Map<String, ValueInfoProto> types = model.types().required(crossing);
        refuseNoTensors(types);
        PartAssembler assembler = new PartAssembler(model.graph(), partition, types, values());
        List<PartStorage.Stored> parts = new ArrayList<>();
        for (Segment segment : partition.segments()) {
            parts.add(storage.store(assembler.part(segment), fileNames.get(segment.index())));
        }
        return parts;
    }

    private List<ValueInfoProto> values() throws IOException {
        Set<ValueInfoProto> values = new LinkedHashSet<>();
        for (ValueInfoProto value : model.graph().model().getGraph().getValueInfoList()) {
            values.add(model.types().inside(value));
        }
        return List.copyOf(values);
    }

    /** Refuses values at a cut that ONNX Runtime's Java interface cannot pass from one part to another. */
    private void refuseNoTensors(Map<String, ValueInfoProto> types) throws UnsupportedModelException {
        DataflowGraph graph = partition.graph();
        for (Segment segment : partition.segments()) {
            for (int input : segment.inputs().toArray()) {
                ValueInfoProto value = Objects.requireNonNull(types.get(graph.tensorName(input)));
                if (graph.producer(input).isPresent() && !NoTensors.isTensor(value.getType())) {
                    throw new UnsupportedModelException(
                            model.source().name(),
                            "tensor '" + value.getName() + "'",
                            "is " + ValueTypes.info(value).type().orElse("of no type")
                                    + ", which ONNX Runtime's Java interface cannot pass from one part to another");
                }
            }
        }
    }

    /**
     * Returns the files of an earlier export in the target, which may be replaced. A manifest written by hand may name
     * any file, so that only names which an export gives count, and never a directory.
     */
    private static Set<String> earlierFiles(Path target) throws IOException {
        Set<String> files = new LinkedHashSet<>();
        if (Files.isRegularFile(target.resolve(PartitionManifest.FILE_NAME), LinkOption.NOFOLLOW_LINKS)) {
            files.add(PartitionManifest.FILE_NAME);
            for (PartitionManifest.Part part : PartitionManifest.read(target).parts()) {
                if (FileNames.isOfPart(part.file())) {
                    files.add(part.file());
                }
                part.data().stream()
                        .map(PartitionManifest.Data::file)
                        .filter(FileNames.ofData(part.file())::equals)
                        .forEach(files::add);
            }
            files.removeIf(name -> Files.isDirectory(target.resolve(name), LinkOption.NOFOLLOW_LINKS));
            if (PlanJson.isPlan(target.resolve(DeploymentPlan.FILE_NAME))) {
                files.add(DeploymentPlan.FILE_NAME); // It refers to the parts that are replaced.
            }
        }
        return files;
    }

    private List<PartitionManifest.Part> write(
            List<PartStorage.Stored> parts, References references, Staging staging, ModelHash hash) throws IOException {
        try (PartsWriter writer = new PartsWriter(model, parts.size(), options, references, hash)) {
            for (int part = 0; part < parts.size(); part++) {
                writer.write(parts.get(part), staging.file(fileNames.get(part)));
            }
            return writer.finish();
        }
    }

    private PartitionManifest manifest(
            List<PartitionManifest.Part> parts, Optional<String> sha256, List<String> storageNotes) throws IOException {
        ModelProto proto = model.graph().model();
        int used = parts.stream().mapToInt(PartitionManifest.Part::operators).sum();
        List<String> notes = new ArrayList<>(storageNotes);
        notes.addAll(model.types().notes());
        if (proto.getTrainingInfoCount() > 0) {
            notes.add("training_info is left out: it refers to the whole graph");
        }
        return new PartitionManifest(
                ToolVersion.get(),
                model.name(),
                sha256,
                options.weights(),
                model.inputs(),
                model.infos(model.outputs().stream().map(TensorInfo::name).toList()),
                parts,
                cuts(),
                partition.graph().operatorCount() - used,
                notes,
                model.options().inputValues(),
                recognized());
    }

    private RecognizedInputs recognized() {
        MaskUse masks = new MaskUse(model.graph().model().getGraph());
        return RecognizedInputs.of(model.inputs(), model.outputs(), partition.graph())
                .withMasks(masks::isAdded, masks::isHiding);
    }

    private List<List<TensorInfo>> cuts() throws IOException {
        DataflowGraph graph = partition.graph();
        List<List<TensorInfo>> cuts = new ArrayList<>();
        for (Cut cut : partition.cuts()) {
            List<String> names =
                    cut.tensors().stream().mapToObj(graph::tensorName).toList();
            cuts.add(model.infos(names));
        }
        return cuts;
    }

    private void write(Path file, byte... bytes) throws IOException {
        try (PayloadFile out = new PayloadFile(file, false)) {
            out.write(bytes, 0, bytes.length);
            out.finish(options.durable());
        }
    }
}
