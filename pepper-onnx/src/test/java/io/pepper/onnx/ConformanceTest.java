package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.model.Dimension;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The models that ONNX tests its own backends with, as Debian's package libonnx-testdata has them: each that ONNX Runtime runs must
 * compute the same when it was read and written, and when it was cut at every cut, on the inputs that come with it, and what it
 * computes must be what comes with it as its output, unless ONNX Runtime itself computes something else. The system property
 * {@code pepper.conformance} says where they are.
 */
@Tag("conformance")
class ConformanceTest {
    private static final Path MODELS =
            Path.of(System.getProperty("pepper.conformance", "/usr/share/libonnx-testdata/data"));

    @TempDir
    Path directory;

    /** What came of a model. */
    private enum Outcome {
        /** ONNX Runtime does not open or run the whole model, or its Java interface cannot. */
        NOT_RUN,
        /** No cut; read and written, it computes the same. */
        SAME_UNCUT,
        /** Read and written, and cut, it computes the same. */
        SAME_CUT,
        /** It does not give the same outputs twice: nothing can be compared. */
        RANDOM,
        /** Anything else. */
        FAILED
    }

    /** What comes of what stands beside a model as its output. */
    private enum Reference {
        /** The parts compute it. */
        COMPUTED,
        /** ONNX Runtime computes something else of the model, and of the parts the same. */
        NOT_BY_RUNTIME,
        /** There are inputs or outputs that are no tensors, or of types that the Java interface does not take. */
        NOT_COMPARED
    }

    private final Map<String, String> reasons = new TreeMap<>();
    private final Map<Reference, List<String>> references = new EnumMap<>(Reference.class);

    @Test
    void everyModelComputesTheSame() throws IOException {
        assertThat(MODELS).as("Debian's package libonnx-testdata").isDirectory();
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        List<String> failed = new ArrayList<>();
        for (Path model : models()) {
            String name = MODELS.relativize(model.getParent()).toString();
            Outcome outcome = outcome(name, model);
            counts.merge(outcome, 1, Integer::sum);
            if (outcome == Outcome.FAILED) {
                failed.add(name);
            }
        }
        System.out.println("conformance: " + counts);
        reasons.forEach((name, reason) -> System.out.println("  " + name + ": " + reason));
        references.forEach((reference, names) -> System.out.println("outputs that come with them: " + reference + " "
                + names.size() + (reference == Reference.COMPUTED ? "" : " " + names)));
        assertThat(failed).isEqualTo(known());
        assertThat(counts.get(Outcome.SAME_UNCUT) + counts.get(Outcome.SAME_CUT))
                .isGreaterThan(700);
        assertThat(references.get(Reference.COMPUTED)).hasSizeGreaterThan(700);
    }

    /** The names of models that are known to fail; the list may only become shorter. */
    private static List<String> known() throws IOException {
        try (var in = ConformanceTest.class.getResourceAsStream("/conformance-failures.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> models() throws IOException {
        try (Stream<Path> found = Files.walk(MODELS)) {
            return found.filter(file -> file.endsWith("model.onnx")).sorted().toList();
        }
    }

    private Outcome outcome(String name, Path file) throws IOException {
        Path target = directory.resolve(name);
        try (OnnxModel model = OnnxModel.load(file)) {
            VerificationOptions options = options(model, file.resolveSibling("test_data_set_0"));
            SubmodelExporter.export(model, Partition.whole(model.graph()), target);
            Verification uncut = SplitVerifier.verify(model, target, options, ProgressListener.NONE);
            Optional<Outcome> wrong = judge(name, uncut);
            if (wrong.isPresent()) {
                return wrong.get();
            }
            Reference reference = reference(name, target, file);
            if (model.cuts().size() == 0) {
                return Outcome.SAME_UNCUT;
            }
            SubmodelExporter.export(model, Partitioner.everyCut().partition(model.cuts()), target);
            wrong = judge(name, SplitVerifier.verify(model, target, options, ProgressListener.NONE));
            boolean others = wrong.isEmpty() && reference != reference(name, target, file);
            if (others) {
                reasons.put(name, "cut, other outputs than those that come with it");
            }
            return others ? Outcome.FAILED : wrong.orElse(Outcome.SAME_CUT);
        } catch (IOException refused) {
            boolean byRuntime = String.valueOf(refused.getMessage()).startsWith(file.toString());
            reasons.put(name, firstLine(refused));
            return byRuntime ? Outcome.NOT_RUN : Outcome.FAILED;
        } catch (RuntimeException unexpected) {
            reasons.put(name, firstLine(unexpected));
            return Outcome.FAILED;
        }
    }

    /** Compares parts, which compute the same as the whole, with the outputs beside the model. */
    private Reference reference(String name, Path parts, Path file) throws IOException {
        ReferenceOutputs outputs = new ReferenceOutputs(file.resolveSibling("test_data_set_0"));
        PartitionManifest manifest = PartitionManifest.read(parts);
        Reference reference = Reference.NOT_COMPARED;
        try {
            if (outputs.isThere(manifest)) {
                reference =
                        outputs.difference(parts, manifest).isEmpty() ? Reference.COMPUTED : Reference.NOT_BY_RUNTIME;
            }
        } catch (IOException | OrtException refused) {
            reasons.put(name, "not compared: " + firstLine(refused));
        }
        List<String> names = references.computeIfAbsent(reference, none -> new ArrayList<>());
        if (!names.contains(name)) {
            names.add(name);
        }
        return reference;
    }

    private static String firstLine(Exception failure) {
        String said = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return said.lines().findFirst().orElse("");
    }

    private Optional<Outcome> judge(String name, Verification found) {
        if (found.passed()) {
            return Optional.empty();
        }
        reasons.put(name, found.warnings() + " " + found.outputs());
        boolean random = found.warnings().stream().anyMatch(warning -> warning.startsWith("not comparable"));
        return Optional.of(random ? Outcome.RANDOM : Outcome.FAILED);
    }

    private static VerificationOptions options(OnnxModel model, Path inputs) throws IOException {
        VerificationOptions options = VerificationOptions.DEFAULTS.withTrials(1);
        List<TensorInfo> taken = model.inputs();
        for (int i = 0; i < taken.size(); i++) {
            Path file = inputs.resolve("input_" + i + ".pb");
            boolean tensor =
                    taken.get(i).type().filter(type -> !type.contains("(")).isPresent();
            if (tensor && Files.exists(file)) {
                TensorProto value = TensorProto.parseFrom(Files.readAllBytes(file));
                options = with(options, taken.get(i), value);
            }
        }
        return options;
    }

    /** Some files of bfloat16 hold one element, whatever the model states. */
    private static boolean fits(TensorInfo input, long[] shape) {
        List<Dimension> stated = input.shape().orElse(List.of());
        boolean fits = input.shape().isEmpty() || stated.size() == shape.length;
        for (int i = 0; fits && i < stated.size(); i++) {
            long size = stated.get(i).size().orElse(shape[i]);
            fits = size == shape[i];
        }
        return fits;
    }

    /** With the value of the file for the input, if it is of a type that a buffer can hold. */
    private static VerificationOptions with(VerificationOptions options, TensorInfo input, TensorProto value) {
        String name = input.name();
        long[] shape = value.getDimsList().stream().mapToLong(Long::longValue).toArray();
        ByteBuffer raw = value.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        TensorProto.DataType type = TensorProto.DataType.forNumber(value.getDataType());
        boolean open = input.shape().stream().flatMap(List::stream).anyMatch(size -> size.size()
                .isEmpty());
        boolean given = !value.getRawData().isEmpty() && type != null && fits(input, shape);
        if (!given) {
            return open ? options.withSizes(options.sizes().withInputShape(name, shape)) : options;
        }
        return switch (type) {
            case FLOAT -> options.withInput(name, raw.asFloatBuffer(), shape);
            case DOUBLE -> options.withInput(name, raw.asDoubleBuffer(), shape);
            case INT64, UINT64 -> options.withInput(name, raw.asLongBuffer(), shape);
            case INT32, UINT32 -> options.withInput(name, raw.asIntBuffer(), shape);
            case INT16, UINT16, FLOAT16, BFLOAT16 -> options.withInput(name, raw.asShortBuffer(), shape);
            case INT8, UINT8, BOOL -> options.withInput(name, raw, shape);
            default -> options;
        };
    }
}
