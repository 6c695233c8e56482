package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxMap;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.session.ModelSource;
import io.pepper.onnx.internal.session.SessionSettings;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.testmodels.TestInputs;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.partition.NoSuchPartitionException;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** What the tests of running do again and again: parts in a directory, inputs, and what the whole model answers. */
public final class Deployed {
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");
    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]+)");

    public static final SessionOptions EXACT =
            SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE));
    private static final SessionSettings WHOLE =
            SessionSettings.of(1, OptimizationLevel.NONE, SessionSettings.CPU, false);

    private Deployed() {}

    public static PartitionManifest export(OnnxModel model, Partition partition, Path directory) throws IOException {
        return SubmodelExporter.export(model, partition, directory, ExportOptions.DEFAULTS.withDurable(false));
    }

    /** Divides a test model at every cut. */
    public static PartitionManifest everyCut(TestModel test, Path directory) throws IOException {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name())) {
            return export(model, Partitioner.everyCut().partition(model.cuts()), directory);
        }
    }

    /** Divides a test model into equal parts. */
    public static PartitionManifest parts(TestModel test, int parts, Path directory) throws IOException {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name())) {
            return export(model, Partitioner.balanced(parts, model.weights()).partition(model.cuts()), directory);
        }
    }

    /** The ways to divide a model that tests try: not at all, everywhere, along branches, and into few equal parts. */
    public static List<Partition> partitions(OnnxModel model) {
        List<Partition> partitions = new ArrayList<>();
        partitions.add(Partition.whole(model.graph()));
        partitions.add(Partitioner.everyCut().partition(model.cuts()));
        partitions.add(tree(model));
        for (int parts = 2; parts <= Math.min(4, model.cuts().size() + 1); parts++) {
            partitions.add(Partitioner.balanced(parts, OperatorCosts.count()).partition(model.cuts()));
        }
        return partitions;
    }

    /** Along branches, where there are enough tensors to divide at. */
    private static Partition tree(OnnxModel model) {
        for (int parts = 4; parts > 1; parts--) {
            try {
                return Partitioner.tree(parts, OperatorCosts.count()).partition(model.cuts());
            } catch (NoSuchPartitionException tooMany) {
                assertThat(tooMany).hasMessageContaining(parts + " parts asked");
            }
        }
        return Partition.whole(model.graph());
    }

    public static OrtSession whole(TestModel test) throws IOException {
        return whole(test.name(), test.bytes());
    }

    public static OrtSession whole(String name, byte[] bytes) throws IOException {
        return Sessions.open(ModelSource.bytes(name, bytes), WHOLE);
    }

    public static Map<String, OnnxTensor> inputs(TestModel test, long seed) throws OrtException {
        return TestInputs.of(test.model(), seed).tensors();
    }

    public static byte[] resource(String name) throws IOException {
        try (InputStream in = Deployed.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    /** Random inputs of a model, with sizes for what it leaves open: whole shapes by input. */
    public static Map<String, OnnxTensor> inputs(OrtSession session, Map<String, long[]> shapes, long seed)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (NodeInfo input : session.getInputInfo().values()) {
            TensorInfo info = (TensorInfo) input.getInfo();
            long[] shape = shapes.getOrDefault(input.getName(), info.getShape());
            int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            ByteBuffer data = ByteBuffer.allocateDirect(count * info.type.size).order(ByteOrder.nativeOrder());
            while (data.hasRemaining()) {
                if (info.type == OnnxJavaType.FLOAT) {
                    data.putFloat(random.nextFloat());
                } else if (info.type == OnnxJavaType.INT64) {
                    data.putLong(1);
                } else {
                    throw new IllegalArgumentException("input " + input);
                }
            }
            inputs.put(
                    input.getName(),
                    OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), data.flip(), shape, info.type));
        }
        return inputs;
    }

    /** What the whole model answers, each time it is asked. */
    public static Map<String, Object> answers(OrtSession whole, Map<String, OnnxTensor> inputs) throws OrtException {
        Map<String, Object> answers = new HashMap<>();
        try (OrtSession.Result result = whole.run(inputs)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                answers.put(output.getKey(), copy(output.getValue()));
            }
        }
        return answers;
    }

    public static Map<String, Object> answers(RunOutputs outputs) throws OrtException {
        Map<String, Object> answers = new HashMap<>();
        try (outputs) {
            for (Map.Entry<String, OnnxValue> output : outputs.values().entrySet()) {
                answers.put(output.getKey(), copy(output.getValue()));
            }
        }
        return answers;
    }

    /** A copy that equals another one only if all bits agree. */
    private static Object copy(OnnxValue value) throws OrtException {
        if (value instanceof OnnxSequence sequence) {
            List<? extends OnnxValue> elements = sequence.getValue();
            try {
                Object[] copies = new Object[elements.size()];
                for (int i = 0; i < copies.length; i++) {
                    copies[i] = copy(elements.get(i));
                }
                return List.of(copies);
            } finally {
                elements.forEach(OnnxValue::close);
            }
        }
        if (value instanceof OnnxMap map) {
            return map.getValue();
        }
        OnnxTensor tensor = (OnnxTensor) value;
        TensorInfo info = tensor.getInfo();
        Object data = info.type == OnnxJavaType.STRING
                ? Arrays.deepToString(new Object[] {tensor.getValue()})
                : tensor.getByteBuffer();
        return List.of(info.onnxType, Arrays.toString(info.getShape()), data);
    }

    public static void close(Map<String, OnnxTensor> tensors) {
        tensors.values().forEach(OnnxTensor::close);
    }

    /**
     * What this process holds of the memory by now, Java's heap aside, which grows as it likes.
     *
     * @return bytes; 0 where the system does not say (all but Linux)
     */
    public static long nativeBytes() throws IOException, JMException {
        Path mappings = Path.of("/proc/self/smaps");
        if (!Files.isReadable(mappings)) {
            return 0;
        }
        long[] heap = heap();
        long bytes = 0;
        boolean counts = false;
        for (String line : Files.readAllLines(mappings, StandardCharsets.ISO_8859_1)) {
            Matcher range = MAPPING.matcher(line);
            if (range.lookingAt()) {
                long begin = Long.parseUnsignedLong(range.group(1), 16);
                counts = begin < heap[0] || begin >= heap[1];
            } else if (counts && line.startsWith("Rss:")) {
                bytes += Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return bytes;
    }

    /** Where Java's heap begins and ends. */
    private static long[] heap() throws JMException {
        Object told = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcHeapInfo",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        long[] places = ADDRESS.matcher(told.toString())
                .results()
                .mapToLong(address -> Long.parseUnsignedLong(address.group(1), 16))
                .sorted()
                .toArray();
        return new long[] {places[0], places[places.length - 1]};
    }

    public static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
