package io.pepper.onnx.testmodels;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the tests of exports do again and again. */
public final class Parts {
    private Parts() {}

    public static OnnxModel load(TestModel model) throws IOException {
        return load(model.name(), model.model());
    }

    public static OnnxModel load(String name, ModelProto model) throws IOException {
        return OnnxModel.load(model.toByteArray(), name);
    }

    /** Writes a model as a file, and gives the file. */
    public static Path save(Path directory, String name, ModelProto model) throws IOException {
        return Files.write(Files.createDirectories(directory).resolve(name + ".onnx"), model.toByteArray());
    }

    /** Divides at every cut, or at the named ones. */
    public static PartitionManifest split(OnnxModel model, Path directory, String... cuts) throws IOException {
        Partitioner partitioner = cuts.length == 0 ? Partitioner.everyCut() : Partitioner.atTensors(cuts);
        return SubmodelExporter.export(model, partitioner.partition(model.cuts()), directory);
    }

    /** The messages of all parts, in order. */
    public static List<ModelProto> read(Path directory, PartitionManifest manifest) throws IOException {
        List<ModelProto> parts = new ArrayList<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            parts.add(ModelProto.parseFrom(Files.readAllBytes(directory.resolve(part.file()))));
        }
        return parts;
    }

    public static List<String> operatorTypes(ModelProto part) {
        return part.getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    public static void assertIdentical(OnnxModel model, Path directory) throws IOException {
        VerificationOptions once = VerificationOptions.DEFAULTS.withTrials(1);
        Verification answer = SplitVerifier.verify(model, directory, once, ProgressListener.NONE);
        assertThat(answer.identical()).as("%s: %s", model.name(), answer).isTrue();
        assertThat(answer.warnings()).isEmpty();
    }

    /** Every file below a directory with its content, to compare before and after. */
    public static SortedMap<String, String> contents(Path directory) throws IOException {
        SortedMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path file : found.toList()) {
                String name = directory.relativize(file).toString();
                boolean regular = Files.isRegularFile(file);
                contents.put(name, regular ? HexFormat.of().formatHex(Files.readAllBytes(file)) : "");
            }
        }
        return contents;
    }

    public static List<String> names(Path directory) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
