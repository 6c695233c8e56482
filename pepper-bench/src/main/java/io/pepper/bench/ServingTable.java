package io.pepper.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.export.PartitionManifest;
import io.pepper.export.WeightStorage;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.serving.Endpoint;
import io.pepper.serving.InferenceServer;
import io.pepper.serving.InferenceServerOptions;
import io.pepper.serving.RemoteOptions;
import io.pepper.serving.RemoteStages;
import io.pepper.session.Cancellation;
import io.pepper.session.PartitionedSession;
import io.pepper.session.PipelineOptions;
import io.pepper.session.PipelineSession;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The time of a hop to an inference server by gRPC and by REST, compared with raw TCP of the same bytes. The server runs
 * a part that gives its input back. All run in turns in one process over the loopback address, so that slow periods of
 * the machine affect each; a hop is half of the median round trip.
 */
public final class ServingTable {
    private static final int[] SIZES = {100_000, 1_000_000, 4_000_000};
    private static final int WARM_UP = 200;
    private static final int TURNS = 300;
    private static final double MILLIS = 1e6;
    private static final int HOPS = 2;
    private static final int MIB = 1 << 20;
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private ServingTable() {}

    /** One round trip. */
    @FunctionalInterface
    private interface Trip {
        void make() throws IOException;
    }

    /** A stage that gives its input back. */
    private record Echo() implements Stage {
        @Override
        public String name() {
            return "echo";
        }

        @Override
        public List<String> inputs() {
            return List.of("x");
        }

        @Override
        public List<String> outputs() {
            return List.of("y");
        }

        @Override
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                throws IOException {
            if (inputs.get("x") instanceof OnnxTensor tensor) {
                return Map.of("y", tensor);
            }
            throw new IOException("no tensor");
        }

        @Override
        public void close() {}
    }

    /** A connection whose other end sends all bytes back. */
    private static final class RawEcho implements Closeable {
        private final ServerSocketChannel server;
        private final SocketChannel client;
        private final ByteBuffer bytes;

        RawEcho(int size) throws IOException {
            server = ServerSocketChannel.open().bind(ANY);
            client = SocketChannel.open(server.getLocalAddress());
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            bytes = ByteBuffer.allocateDirect(size);
            Thread other = new Thread(() -> echo(size), "raw-echo");
            other.setDaemon(true);
            other.start();
        }

        private void echo(int size) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(size);
            try (SocketChannel peer = server.accept()) {
                peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
                while (fill(peer, buffer.clear())) {
                    write(peer, buffer.flip());
                }
            } catch (IOException closed) {
                return; // The end of the measurement.
            }
        }

        private static boolean fill(SocketChannel from, ByteBuffer buffer) throws IOException {
            boolean open = true;
            while (open && buffer.hasRemaining()) {
                open = from.read(buffer) >= 0;
            }
            return open;
        }

        private static void write(SocketChannel to, ByteBuffer buffer) throws IOException {
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        }

        void trip() throws IOException {
            write(client, bytes.clear());
            fill(client, bytes.clear());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    /**
     * Prints the table.
     *
     * @param args the flow-control windows of gRPC's client, in MiB; none for the default
     * @throws IOException if a connection fails
     * @throws OrtException if ONNX Runtime refuses a tensor
     */
    public static void main(String[] args) throws IOException, OrtException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int[] windows = args.length == 0
                ? new int[] {RemoteOptions.DEFAULTS.flowControlWindow()}
                : Arrays.stream(args)
                        .mapToInt(mib -> (int) (Double.parseDouble(mib) * MIB))
                        .toArray();
        out.println("| bytes | window of gRPC | raw TCP | gRPC | times raw | REST | times raw |");
        out.println("|---|---|---|---|---|---|---|");
        for (int window : windows) {
            for (int size : SIZES) {
                out.println(row(size, window));
            }
        }
    }

    private static String row(int size, int window) throws IOException, OrtException {
        PartitionManifest manifest = manifest();
        InferenceServerOptions options =
                InferenceServerOptions.DEFAULTS.withAddresses(Optional.of(ANY), Optional.of(ANY));
        RemoteOptions remote = RemoteOptions.DEFAULTS.withFlowControlWindow(window);
        try (PipelineSession echo = PipelineSession.of(manifest, List.of(new Echo()), PipelineOptions.DEFAULTS);
                InferenceServer server = InferenceServer.start(Map.of("echo", echo), options);
                PartitionedSession grpc = session(server.endpoints("echo").get(0), manifest, remote);
                PartitionedSession rest = session(server.endpoints("echo").get(1), manifest, remote);
                RawEcho raw = new RawEcho(size);
                OnnxTensor x = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(),
                        ByteBuffer.allocateDirect(size),
                        new long[] {size},
                        OnnxJavaType.UINT8)) {
            double[] hops =
                    hops(List.of(raw::trip, () -> grpc.run(Map.of("x", x)).close(), () -> rest.run(Map.of("x", x))
                            .close()));
            return String.format(
                    Locale.ROOT,
                    "| %d | %.2f MiB | %.2f ms | %.2f ms | %.1f | %.2f ms | %.1f |",
                    size,
                    window / (double) MIB,
                    hops[0],
                    hops[1],
                    hops[1] / hops[0],
                    hops[2],
                    hops[2] / hops[0]);
        }
    }

    private static PartitionedSession session(Endpoint endpoint, PartitionManifest manifest, RemoteOptions options)
            throws IOException {
        Stage stage = RemoteStages.open(endpoint, manifest.parts().get(0), options);
        return PartitionedSession.of(manifest, List.of(stage), SessionOptions.DEFAULTS);
    }

    /** Returns the median time of a hop of each kind, in milliseconds. */
    private static double[] hops(List<Trip> trips) throws IOException {
        long[][] nanos = new long[trips.size()][TURNS];
        for (int turn = -WARM_UP; turn < TURNS; turn++) {
            for (int kind = 0; kind < trips.size(); kind++) {
                long begin = System.nanoTime();
                trips.get(kind).make();
                if (turn >= 0) {
                    nanos[kind][turn] = System.nanoTime() - begin;
                }
            }
        }
        double[] hops = new double[trips.size()];
        for (int kind = 0; kind < hops.length; kind++) {
            Arrays.sort(nanos[kind]);
            hops[kind] = nanos[kind][TURNS / 2] / MILLIS / HOPS;
        }
        return hops;
    }

    private static PartitionManifest manifest() {
        TensorInfo x = new TensorInfo("x", Optional.of("uint8"), Optional.of(List.of(Dimension.of("n"))));
        TensorInfo y = new TensorInfo("y", x.type(), x.shape());
        PartitionManifest.Part part =
                new PartitionManifest.Part("echo", Optional.empty(), 0, 1, 0, 0, 0, List.of(x), List.of(y), List.of());
        return new PartitionManifest(
                "bench",
                "echo",
                Optional.empty(),
                WeightStorage.INLINE,
                List.of(x),
                List.of(y),
                List.of(part),
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
    }
}
