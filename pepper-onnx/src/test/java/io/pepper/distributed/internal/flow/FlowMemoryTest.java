package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.pepper.session.Cancellation;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionListener;
import io.pepper.session.Stage;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tensors of 1 MB through two nodes: what each side holds, and whose memory it is. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FlowMemoryTest implements Members {
    private static final int ELEMENTS = 1 << 18;
    private static final long BYTES = (long) ELEMENTS * Float.BYTES;
    private static final int UNDER_WAY = 6;

    private final Map<String, FlowHost> hosts = new ConcurrentHashMap<>();
    private final Semaphore turns = new Semaphore(0);
    private final AtomicInteger calls = new AtomicInteger();

    @BeforeEach
    void start() throws Exception {
        String loopback = InetAddress.getLoopbackAddress().getHostAddress();
        for (int part = 0; part < 2; part++) {
            String device = part == 0 ? "a" : "b";
            FlowHost host = FlowHost.start(
                    HostOptions.of(device, loopback, 0).withMaxHeldBytes(1L << 26), this, Optional.empty());
            hosts.put(device, host);
            host.serve(new ServedPart("d", "1", part, new Passing(part), manifest()));
        }
    }

    @AfterEach
    void stop() throws Exception {
        turns.release(1 << 20);
        for (FlowHost host : hosts.values()) {
            host.close();
        }
    }

    /** A stage that gives its input back; the last one, when it is its turn. */
    private final class Passing implements Stage {
        private final int part;

        Passing(int part) {
            this.part = part;
        }

        @Override
        public String name() {
            return "part-" + part;
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
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation) {
            if (part == 1) {
                calls.incrementAndGet();
                turns.acquireUninterruptibly();
            }
            return Map.of("t" + (part + 1), (OnnxTensor) inputs.get("t" + part));
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static TensorInfo vector(String name) {
        return new TensorInfo(name, Optional.of("float"), Optional.of(List.of(Dimension.of("n"))));
    }

    private static PartitionManifest manifest() {
        List<PartitionManifest.Part> parts = new ArrayList<>();
        for (int part = 0; part < 2; part++) {
            parts.add(new PartitionManifest.Part(
                    "part-" + part,
                    Optional.empty(),
                    part,
                    1,
                    0,
                    0,
                    0,
                    List.of(vector("t" + part)),
                    List.of(vector("t" + (part + 1))),
                    List.of()));
        }
        return new PartitionManifest(
                "test",
                "passing",
                Optional.empty(),
                WeightStorage.INLINE,
                List.of(vector("t0")),
                List.of(vector("t2")),
                parts,
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
    }

    @Override
    public Optional<DataAddress> address(String device) {
        return Optional.ofNullable(hosts.get(device)).map(FlowHost::address);
    }

    @Override
    public List<String> holders(String deployment, String version, int part) {
        return List.of(part == 0 ? "a" : "b");
    }

    @Override
    public Registration listen(Listener listener) {
        return () -> {};
    }

    private FlowSession session() throws Exception {
        return FlowSession.open(
                new FlowTarget("d", "1", manifest(), this, Optional.empty()),
                new FlowOptions(
                        Optional.of(UNDER_WAY),
                        1L << 26,
                        Optional.empty(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        10,
                        SessionListener.NONE));
    }

    private static Map<String, OnnxTensor> input(int value) throws OrtException {
        FloatBuffer floats = ByteBuffer.allocateDirect((int) BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        floats.put(0, value).put(ELEMENTS - 1, value);
        return Map.of("t0", OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), floats, new long[] {ELEMENTS}));
    }

    private static void assertIs(RunOutputs outputs, int value) {
        FloatBuffer floats = outputs.tensor("t2").getFloatBuffer();
        assertThat(floats.get(0)).isEqualTo(value);
        assertThat(floats.get(ELEMENTS - 1)).isEqualTo(value);
    }

    /** The memory of each side is a plateau: it depends on the limit of requests in progress, not on their number. */
    @Test
    void aSlowLastStageMakesTheCallerWaitAndNobodyHoldsMore() throws Exception {
        int requests = 120;
        AtomicInteger answered = new AtomicInteger();
        try (FlowSession session = session()) {
            Thread caller = new Thread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        int number = i;
                        CompletableFuture<Void> done = session.submit(input(i)).thenAccept(outputs -> {
                            assertIs(outputs, number);
                            outputs.close();
                            answered.incrementAndGet();
                        });
                        assertThat(done.isCompletedExceptionally()).isFalse();
                    }
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
            caller.start();
            for (int turn = 0; turn < requests; turn++) {
                int call = turn + 1;
                FlowCluster.await(() -> calls.get() == call);
                assertThat(hosts.get("a").requests() + hosts.get("b").requests())
                        .isLessThanOrEqualTo(2 * UNDER_WAY);
                turns.release();
            }
            caller.join();
            FlowCluster.await(() -> answered.get() == requests);
            assertThat(session.peakBytes()).isLessThanOrEqualTo(UNDER_WAY * (BYTES + session.largestBetween()));
            for (FlowHost host : hosts.values()) {
                assertThat(host.peakHeldBytes()).isBetween(BYTES, UNDER_WAY * 2 * BYTES);
                FlowCluster.await(() -> host.heldBytes() == 0 && host.requests() == 0);
            }
        }
    }

    @Test
    void anOpenAnswerKeepsItsValuesWhileOthersComeAndGo() throws Exception {
        turns.release(1 << 20);
        try (FlowSession session = session()) {
            List<RunOutputs> open = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                RunOutputs outputs = session.submit(input(i)).get();
                assertIs(outputs, i);
                if (i % 4 == 0) {
                    open.add(outputs);
                } else {
                    outputs.close();
                    outputs.close();
                }
            }
            for (int i = 0; i < open.size(); i++) {
                assertIs(open.get(i), 4 * i);
                open.get(i).close();
            }
        }
    }

    /** The memory of a closed answer may hold another one: what was sent from it may be anything. */
    @Test
    void aRequestWhoseInputWasClosedMeanwhileFails() throws Exception {
        try (FlowSession session = session()) {
            Map<String, OnnxTensor> input = input(1);
            CompletableFuture<RunOutputs> answer = session.submit(input);
            FlowCluster.await(() -> calls.get() == 1);
            input.values().forEach(OnnxTensor::close);
            turns.release();
            assertThatThrownBy(answer::get).hasMessageContaining("t0 was closed before the request was answered");
        }
    }
}
