package io.pepper.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A Prometheus of Debian's package on loopback. */
final class RealPrometheus implements AutoCloseable {
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private final Process process;
    private final URI uri;

    private RealPrometheus(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Skips the test where programs are missing. */
    static void assumeInstalled(String... programs) {
        for (String program : programs) {
            Assumptions.assumeTrue(
                    Stream.of(System.getenv("PATH").split(":"))
                            .anyMatch(dir -> Files.isExecutable(Path.of(dir, program))),
                    "skipped: '" + program + "' is not installed (Debian's package of that name)");
        }
    }

    /** Returns a port that is free, and that was not returned before: whoever got that may not listen on it yet. */
    static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    /** Starts it, with its data in a directory. */
    static RealPrometheus start(Path directory, String config) throws IOException {
        assumeInstalled("prometheus");
        int port = freePort();
        Path file = Files.writeString(directory.resolve("prometheus.yml"), config);
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        return new RealPrometheus(process, URI.create("http://127.0.0.1:" + port));
    }

    URI uri() {
        return uri;
    }

    PrometheusDeviceMonitor.Builder monitor() {
        return PrometheusDeviceMonitor.builder(uri)
                .queries(PrometheusQueries.over("3s"))
                .retries(6, Duration.ofMillis(100));
    }

    /** Until the readings are as they should be, or patience ends; the last readings then. */
    static Map<String, DeviceReading> await(DeviceMonitor monitor, Predicate<Map<String, DeviceReading>> there)
            throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        Object last = "nothing";
        while (Instant.now().isBefore(end)) {
            try {
                Map<String, DeviceReading> readings = monitor.read();
                last = readings;
                if (there.test(readings)) {
                    return readings;
                }
            } catch (IOException notYet) {
                last = notYet;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("after " + PATIENCE + ": " + last);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("Prometheus does not end"));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
