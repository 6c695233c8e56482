package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowHello;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.distributed.internal.proto.FlowReport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A node of another release, or with another clock: it gives the first tensor back as the answer of part 0. */
final class SkewedNode implements AutoCloseable {
    private final ServerSocket server;
    private final int version;
    private final long skewNanos;
    private final String output;
    private volatile long answerDelayMillis;
    private final Queue<FlowHeader> requests = new ConcurrentLinkedQueue<>();

    SkewedNode(int version, long skewNanos, String output) throws IOException {
        this.server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        this.version = version;
        this.skewNanos = skewNanos;
        this.output = output;
        Thread thread = new Thread(this::accept, "skewed-node");
        thread.setDaemon(true);
        thread.start();
    }

    /** Lets answers stay on the way for some time. */
    void delayAnswers(long millis) {
        answerDelayMillis = millis;
    }

    DataAddress address() {
        return new DataAddress(server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    /** Returns the headers of the requests that came. */
    Queue<FlowHeader> requests() {
        return requests;
    }

    private void accept() {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    serve(socket);
                }
            }
        } catch (IOException closed) {
            return; // The end of the test.
        }
    }

    private long clock() {
        return System.nanoTime() + skewNanos;
    }

    private void serve(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        send(
                out,
                FlowHeader.newBuilder()
                        .setKind(FlowKind.FLOW_HELLO)
                        .setHello(FlowHello.newBuilder().setVersion(version).setDevice("skewed")));
        FrameDecoder decoder = new FrameDecoder(FrameLimits.DEFAULTS, new FrameDecoder.Receiver() {
            @Override
            public boolean wants(FlowHeader header) {
                return true;
            }

            @Override
            public void frame(FlowHeader header, List<ByteBuffer> tensors) throws FrameException {
                try {
                    answer(out, header, tensors);
                } catch (IOException broken) {
                    throw new FrameException("cannot answer", broken);
                }
            }
        });
        byte[] bytes = new byte[1 << 16];
        try {
            for (int count = socket.getInputStream().read(bytes);
                    count >= 0;
                    count = socket.getInputStream().read(bytes)) {
                decoder.feed(ByteBuffer.wrap(bytes, 0, count));
            }
        } catch (IOException broken) {
            return; // The other side has had enough.
        }
    }

    private void onTheWay() throws IOException {
        try {
            Thread.sleep(answerDelayMillis);
        } catch (InterruptedException stopped) {
            throw new InterruptedIOException("stopped while an answer was on the way");
        }
    }

    private void answer(OutputStream out, FlowHeader header, List<ByteBuffer> tensors) throws IOException {
        switch (header.getKind()) {
            case FLOW_PING ->
                send(
                        out,
                        FlowHeader.newBuilder()
                                .setKind(FlowKind.FLOW_PONG)
                                .setNonce(header.getNonce())
                                .setClockNanos(clock()));
            case FLOW_ROUTE ->
                send(
                        out,
                        FlowHeader.newBuilder()
                                .setKind(FlowKind.FLOW_ROUTED)
                                .setSession(header.getSession())
                                .setEpoch(header.getEpoch()));
            case FLOW_TENSORS -> {
                requests.add(header);
                long now = clock();
                onTheWay();
                send(
                        out,
                        header.toBuilder()
                                .clearTensors()
                                .setMaker(0)
                                .addTensors(header.getTensors(0).toBuilder().setName(output))
                                .addReports(FlowReport.newBuilder()
                                        .setPart(0)
                                        .setArrived(now)
                                        .setStarted(now)
                                        .setEnded(now + 1_000)));
                ByteBuffer tensor = tensors.get(0);
                byte[] content = new byte[tensor.remaining()];
                tensor.get(content);
                out.write(content);
                out.flush();
            }
            default -> {
                // Nothing else is answered.
            }
        }
    }

    private static void send(OutputStream out, FlowHeader.Builder header) throws IOException {
        out.write(Frames.bytes(FrameEncoder.encode(header)));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
