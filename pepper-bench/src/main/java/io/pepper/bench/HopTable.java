package io.pepper.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
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
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.session.Cancellation;
import io.pepper.session.RunOutputs;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The time of a hop: a tensor to a node in another process, and back, divided by two. Beside it, the same bytes over a
 * plain socket between the same two processes, in turns, from memory to memory. The node serves a stage that gives its
 * input back, and a copy by ONNX Runtime, whose own time is taken off. Called as {@code HopTable [ROUNDS]}.
 */
final class HopTable {
    private static final int[] BYTES = {1_000, 100_000, 1_000_000, 4_000_000};
    private static final int ROUNDS = 300;
    private static final int WARM_UP = 1_000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS = 1e3;
    private static final String SERVE = "serve";
    private static final String ECHO = "echo";
    private static final String COPY = "copy";
    private static final int BUFFER = 4 << 20;

    private HopTable() {}

    public static void main(String... args) throws Exception {
        if (args.length > 0 && args[0].equals(SERVE)) {
            serve();
            return;
        }
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HopTable.class.getName(),
                        SERVE)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            measure(DataAddress.parse(lines.readLine()), Integer.parseInt(lines.readLine()), rounds);
        } finally {
            child.destroy();
        }
    }

    private static void measure(DataAddress node, int rawPort, int rounds) throws Exception {
        System.out.println(
                "| bytes | raw TCP, ms | hop, ms | ratio | hop of a copy by ONNX Runtime, ms | ratio | its run, ms |");
        System.out.println("|---|---|---|---|---|---|---|");
        try (SocketChannel raw = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), rawPort))) {
            settle(raw);
            for (int bytes : BYTES) {
                ByteBuffer data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
                try (FlowSession echo = session(node, ECHO);
                        FlowSession copy = session(node, COPY);
                        OnnxTensor tensor = OnnxTensor.createTensor(
                                OrtEnvironment.getEnvironment(),
                                data,
                                new long[] {bytes / Float.BYTES},
                                OnnxJavaType.FLOAT)) {
                    row(echo, copy, raw, tensor, bytes, rounds);
                }
            }
        }
    }

    private static FlowSession session(DataAddress node, String deployment) throws IOException {
        return FlowSession.open(
                new FlowTarget(deployment, "1", manifest(), new OneNode(Optional.of(node)), Optional.empty()),
                FlowOptions.DEFAULTS);
    }

    private static void row(
            FlowSession echo, FlowSession copy, SocketChannel raw, OnnxTensor tensor, int bytes, int rounds)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes + Integer.BYTES);
        double[] plain = new double[rounds];
        double[] hops = new double[rounds];
        double[] copies = new double[rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            long begin = System.nanoTime();
            echo(raw, buffer, bytes);
            long echoed = System.nanoTime();
            run(echo, tensor);
            long ran = System.nanoTime();
            run(copy, tensor);
            long end = System.nanoTime();
            if (round >= 0) {
                plain[round] = (echoed - begin) / NANOS_PER_MILLI / 2;
                hops[round] = (ran - echoed) / NANOS_PER_MILLI / 2;
                copies[round] = (end - ran) / NANOS_PER_MILLI / 2;
            }
        }
        double own = copy.metrics().get(0).p50Seconds() * MILLIS;
        System.out.printf(
                Locale.ROOT,
                "| %,d | %.3f | %.3f | %.1f | %.3f | %.1f | %.3f |%n",
                bytes,
                Medians.of(plain),
                Medians.of(hops),
                Medians.of(hops) / Medians.of(plain),
                Medians.of(copies) - own / 2,
                (Medians.of(copies) - own / 2) / Medians.of(plain),
                own);
    }

    private static void run(FlowSession session, OnnxTensor tensor) throws IOException {
        try (RunOutputs outputs = session.run(Map.of("x", tensor))) {
            outputs.tensor("t0").getInfo();
        }
    }

    private static void echo(SocketChannel raw, ByteBuffer buffer, int bytes) throws IOException {
        buffer.clear().limit(bytes + Integer.BYTES);
        buffer.putInt(0, bytes);
        write(raw, buffer);
        buffer.clear().limit(bytes + Integer.BYTES);
        read(raw, buffer);
    }

    private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static boolean read(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void settle(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
    }

    private static void serve() throws Exception {
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        try (StageHost host = StageHost.start(
                        HostOptions.of("node", loopback, 0), new OneNode(Optional.empty()), Optional.empty());
                OnnxModel model = OnnxModel.load(Models.identity().toByteArray(), "copy.onnx");
                Stage copy = Stage.open(model, StageOptions.DEFAULTS);
                ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            host.serve(new ServedPart(ECHO, "1", 0, new Echo(), manifest()));
            host.serve(new ServedPart(COPY, "1", 0, copy, manifest()));
            System.out.println(host.address());
            System.out.println(((InetSocketAddress) server.getLocalAddress()).getPort());
            try (SocketChannel channel = server.accept()) {
                settle(channel);
                answer(channel);
            }
        }
    }

    private static void answer(SocketChannel channel) throws IOException {
        ByteBuffer length = ByteBuffer.allocateDirect(Integer.BYTES);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Integer.BYTES);
        while (read(channel, length.clear())) {
            int bytes = length.getInt(0);
            if (buffer.capacity() != bytes + Integer.BYTES) {
                buffer = ByteBuffer.allocateDirect(bytes + Integer.BYTES);
            }
            buffer.clear().putInt(bytes);
            read(channel, buffer);
            write(channel, buffer.flip());
        }
    }

    private static PartitionManifest manifest() {
        Optional<String> type = Optional.of("float");
        Optional<List<Dimension>> shape = Optional.of(List.of(Dimension.of("n")));
        List<TensorInfo> inputs = List.of(new TensorInfo("x", type, shape));
        List<TensorInfo> outputs = List.of(new TensorInfo("t0", type, shape));
        PartitionManifest.Part part =
                new PartitionManifest.Part("echo.onnx", Optional.empty(), 0, 1, 0, 0, 0, inputs, outputs, List.of());
        return new PartitionManifest(
                "bench",
                "echo",
                Optional.empty(),
                WeightStorage.INLINE,
                inputs,
                outputs,
                List.of(part),
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
    }

    /** A stage whose output is its input. */
    private static final class Echo implements Stage {
        @Override
        public String name() {
            return "echo.onnx";
        }

        @Override
        public List<String> inputs() {
            return List.of("x");
        }

        @Override
        public List<String> outputs() {
            return List.of("t0");
        }

        @Override
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation) {
            return Map.of("t0", inputs.get("x"));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** A cluster of one node, which never changes. */
    private record OneNode(Optional<DataAddress> node) implements Members {
        @Override
        public Optional<DataAddress> address(String device) {
            return node;
        }

        @Override
        public List<String> holders(String deployment, String version, int part) {
            return List.of("node");
        }

        @Override
        public Registration listen(Listener listener) {
            return () -> {};
        }
    }
}
