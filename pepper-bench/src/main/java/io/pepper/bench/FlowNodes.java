package io.pepper.bench;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.FlowOptions;
import io.pepper.distributed.internal.flow.FlowSession;
import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.distributed.internal.flow.HostOptions;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.distributed.internal.flow.ServedPart;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.export.PartitionManifest;
import io.pepper.export.WeightStorage;
import io.pepper.generation.GenerationParts;
import io.pepper.model.Dimension;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.session.Cancellation;
import io.pepper.session.ModelSession;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Nodes in processes of their own, one for each part, without a cluster. The name of a node is the number of its part. */
final class FlowNodes implements AutoCloseable {
    private static final String DEPLOYMENT = "bench";
    private static final String VERSION = "1";
    private static final String PASS = "pass";
    private static final String GENERATE = "generate:";

    private final PartitionManifest manifest;
    private final List<Process> processes = new ArrayList<>();
    private final Addresses addresses = new Addresses();

    FlowNodes(PartitionManifest manifest) {
        this.manifest = manifest;
    }

    /** Returns a model of parts that give a vector back. */
    static PartitionManifest passing(int count) {
        List<PartitionManifest.Part> parts = new ArrayList<>();
        for (int part = 0; part < count; part++) {
            parts.add(new PartitionManifest.Part(
                    PASS,
                    Optional.empty(),
                    part,
                    1,
                    0,
                    0,
                    0,
                    List.of(vector(part)),
                    List.of(vector(part + 1)),
                    List.of()));
        }
        return new PartitionManifest(
                DEPLOYMENT,
                PASS,
                Optional.empty(),
                WeightStorage.INLINE,
                List.of(vector(0)),
                List.of(vector(count)),
                parts,
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
    }

    private static TensorInfo vector(int number) {
        return new TensorInfo("t" + number, Optional.of("float"), Optional.of(List.of(Dimension.of("n"))));
    }

    /** Starts the node of the next part, which is in a directory. */
    void serve(Path directory, String... command) throws IOException {
        start(directory.toString(), command);
    }

    /** Starts the node of the next part, which gives its input back after a time. */
    void pass(int millis, String... command) throws IOException {
        start(PASS + millis, command);
    }

    /** Starts the node of the next part of a text generator, which keeps its caches. The parts are in a directory. */
    void generate(Path directory, String... command) throws IOException {
        start(GENERATE + directory, command);
    }

    private void start(String what, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                FlowNodes.class.getName(),
                String.valueOf(manifest.parts().size()),
                String.valueOf(processes.size()),
                what));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new IOException("a node does not start");
        }
        addresses.known.put(String.valueOf(processes.size() - 1), DataAddress.parse(line));
    }

    /** Returns the path of this Java. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Opens a session over the nodes. */
    ModelSession session() throws IOException {
        for (Process process : processes) {
            for (Map.Entry<String, DataAddress> node : addresses.known.entrySet()) {
                process.getOutputStream()
                        .write((node.getKey() + " " + node.getValue() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            process.getOutputStream().flush();
        }
        return FlowSession.open(
                new FlowTarget(DEPLOYMENT, VERSION, manifest, addresses, Optional.empty()), FlowOptions.DEFAULTS);
    }

    /** Returns the process of a node. */
    ProcessHandle process(int part) {
        return processes.get(part).toHandle();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }

    /** A node: the number of parts, that of its own, and where it is; then the names and addresses of all, line by line. */
    public static void main(String... args) throws Exception {
        Node node = node(Integer.parseInt(args[0]), Integer.parseInt(args[1]), args[2]);
        Addresses addresses = new Addresses();
        try (Stage stage = node.stage;
                StageHost host = StageHost.start(
                        HostOptions.of(args[1], InetAddress.getLoopbackAddress().getHostAddress(), 0),
                        addresses,
                        Optional.empty());
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            host.serve(new ServedPart(DEPLOYMENT, VERSION, Integer.parseInt(args[1]), stage, node.manifest));
            System.out.println(host.address());
            System.out.flush();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                List<String> words = List.of(line.split(" ", 2));
                addresses.known.put(words.get(0), DataAddress.parse(words.get(1)));
            }
        }
    }

    /** A stage with the manifest of all parts. */
    private record Node(Stage stage, PartitionManifest manifest) {}

    private static Node node(int count, int part, String what) throws IOException {
        if (what.startsWith(PASS)) {
            return new Node(new Passing(part, Integer.parseInt(what.substring(PASS.length()))), passing(count));
        }
        boolean generates = what.startsWith(GENERATE);
        Path directory = Path.of(generates ? what.substring(GENERATE.length()) : what);
        PartitionManifest manifest = PartitionManifest.read(directory);
        if (!generates) {
            return new Node(Stage.open(directory, manifest, part, SessionOptions.DEFAULTS), manifest);
        }
        GenerationParts parts = GenerationParts.of(directory, manifest, here -> here == part, ReadOptions.DEFAULTS);
        SessionOptions options = SessionOptions.DEFAULTS.withStages(
                StageOptions.DEFAULTS.withMemoryPattern(false).withThreads(1));
        Stage stage = Stage.open(directory, manifest, part, options);
        return new Node(parts.keeping(part, stage, OptionalLong.empty(), false), parts.manifest());
    }

    /** A stage that gives its input back after a time. */
    private record Passing(int part, int millis) implements Stage {
        @Override
        public String name() {
            return PASS + part;
        }

        @Override
        public List<String> inputs() {
            return List.of("t" + part);
        }

        @Override
        public List<String> outputs() {
            return List.of("t" + (part + 1));
        }

        @Override
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                throws IOException {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException stopped) {
                throw new IOException("stopped", stopped);
            }
            OnnxTensorLike input = inputs.get("t" + part);
            return input == null ? Map.of() : Map.of("t" + (part + 1), input);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** A cluster that never changes. */
    private static final class Addresses implements Members {
        private final Map<String, DataAddress> known = new ConcurrentHashMap<>(new LinkedHashMap<>());

        @Override
        public Optional<DataAddress> address(String device) {
            @Nullable DataAddress address = known.get(device);
            return Optional.ofNullable(address);
        }

        @Override
        public List<String> holders(String deployment, String version, int part) {
            return List.of(String.valueOf(part));
        }

        @Override
        public Registration listen(Listener listener) {
            return () -> {};
        }
    }
}
