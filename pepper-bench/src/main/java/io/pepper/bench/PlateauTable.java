package io.pepper.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * The resident memory of a caller and of two nodes while the last stage is slow: tensors of 1 MB, as many requests as the
 * session admits. Called as {@code PlateauTable [REQUESTS [MILLIS]]}; reads {@code /proc}.
 */
final class PlateauTable {
    private static final int REQUESTS = 10_000;
    private static final int MILLIS = 3;
    private static final int ROWS = 10;
    private static final int ELEMENTS = 250_000;
    private static final String HEAP = "-Xmx96m";
    private static final double KB_PER_MB = 1024;

    private PlateauTable() {}

    public static void main(String... args) throws Exception {
        int requests = args.length > 0 ? Integer.parseInt(args[0]) : REQUESTS;
        int millis = args.length > 1 ? Integer.parseInt(args[1]) : MILLIS;
        try (FlowNodes nodes = new FlowNodes(FlowNodes.passing(2))) {
            nodes.pass(0, FlowNodes.java(), HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
            nodes.pass(millis, FlowNodes.java(), HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
            System.out.println("| requests | caller, MB | first node, MB | last node, MB |");
            System.out.println("|---|---|---|---|");
            try (ModelSession session = nodes.session()) {
                Semaphore answered = new Semaphore(0);
                for (int i = 1; i <= requests; i++) {
                    int number = i;
                    session.submit(input(i))
                            .thenAccept(outputs -> take(outputs, number, answered))
                            .exceptionally(failed -> {
                                throw new IllegalStateException(failed);
                            });
                    if (i % Math.max(1, requests / ROWS) == 0) {
                        row(i, nodes);
                    }
                }
                answered.acquire(requests);
            }
        }
    }

    private static void take(RunOutputs outputs, int number, Semaphore answered) {
        try (outputs) {
            if (outputs.tensor("t2").getFloatBuffer().get(0) != number) {
                throw new IllegalStateException("request " + number + " has the answer of another one");
            }
        }
        answered.release();
    }

    private static Map<String, OnnxTensor> input(int value) throws OrtException {
        FloatBuffer floats = ByteBuffer.allocateDirect(ELEMENTS * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        floats.put(0, value);
        return Map.of("t0", OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), floats, new long[] {ELEMENTS}));
    }

    private static void row(int requests, FlowNodes nodes) throws IOException {
        System.out.printf(
                Locale.ROOT,
                "| %,d | %.0f | %.0f | %.0f |%n",
                requests,
                resident(ProcessHandle.current()),
                resident(nodes.process(0)),
                resident(nodes.process(1)));
    }

    private static double resident(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / KB_PER_MB)
                .sum();
    }
}
