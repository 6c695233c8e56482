package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.plan.CostModel;
import io.pepper.plan.Replanner;
import io.pepper.plan.Segments;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two agents in processes and network namespaces of their own, joined by a link whose rate the kernel limits. Skipped
 * where network namespaces cannot be made, which takes root.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SlowNetworkTest {
    private static final String NEAR = "10.201.7.1";
    private static final String FAR = "10.201.7.2";
    private static final double BITS = 8;
    private static final double MEGA = 1e6;

    private final String near = "pn" + ProcessHandle.current().pid() % 100_000;
    private final String far = "pf" + ProcessHandle.current().pid() % 100_000;
    private final List<Process> agents = new ArrayList<>();

    @BeforeEach
    void up() throws Exception {
        boolean there = run("ip", "netns", "add", near)
                && run("ip", "netns", "add", far)
                && run("ip", "link", "add", "v" + near, "type", "veth", "peer", "name", "v" + far)
                && end(near, NEAR)
                && end(far, FAR)
                && rate(100);
        Assumptions.assumeTrue(there, "skipped: network namespaces with limited rates need root and Linux");
    }

    private static boolean end(String namespace, String address) throws Exception {
        String device = "v" + namespace;
        return run("ip", "link", "set", device, "netns", namespace)
                && run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", device)
                && run("ip", "-n", namespace, "link", "set", "lo", "up")
                && run("ip", "-n", namespace, "link", "set", device, "up");
    }

    /** Limits the rate in both directions. */
    private boolean rate(int megabits) throws Exception {
        boolean done = true;
        for (String namespace : List.of(near, far)) {
            done &= run(("ip netns exec " + namespace + " tc qdisc replace dev v" + namespace + " root tbf rate "
                            + megabits + "mbit burst 64kb latency 100ms")
                    .split(" "));
        }
        return done;
    }

    private static boolean run(String... command) throws Exception {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @AfterEach
    void down() throws Exception {
        for (Process agent : agents) {
            agent.destroyForcibly().waitFor();
        }
        run("ip", "netns", "del", near);
        run("ip", "netns", "del", far);
    }

    /** An agent in a namespace. */
    private Agent agent(String namespace, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                LinkAgentMain.class.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        agents.add(process);
        Agent agent = new Agent(process);
        assertThat(agent.lines.readLine()).isEqualTo("ready");
        return agent;
    }

    private static final class Agent {
        private final BufferedReader lines;
        private final BufferedWriter requests;

        private Agent(Process process) {
            lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            requests = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        }

        JsonNode measure() throws IOException {
            requests.write("measure\n");
            requests.flush();
            return new ObjectMapper().readTree(lines.readLine());
        }
    }

    @Test
    void rateAndLatencyAreThoseOfTheNetworkAndAChangeMovesThePlan() throws Exception {
        agent(far, "cloud", "9100");
        Agent pi = agent(near, "pi", "9100", "cloud", "http://" + FAR + ":9100");
        Replanner replanner = replanner();
        assertThat(device(replanner)).isEqualTo("cloud");
        int second = 0;
        for (int megabits : new int[] {100, 20, 2, 50}) {
            assertThat(rate(megabits)).isTrue();
            JsonNode measured = pi.measure();
            double rate = megabits * MEGA / BITS;
            assertThat(measured.path("bytesPerSecond").asDouble())
                    .as("%d Mbit/s, %s", megabits, measured)
                    .isCloseTo(rate, withPercentage(20));
            assertThat(measured.path("reverseBytesPerSecond").asDouble())
                    .as("%d Mbit/s, %s", megabits, measured)
                    .isCloseTo(rate, withPercentage(20));
            assertThat(measured.path("latencySeconds").asDouble()).isBetween(1e-6, 0.02);
            LinkState state = LinkState.of("pi", "cloud")
                    .withBytesPerSecond(measured.path("bytesPerSecond").asDouble())
                    .withLatencySeconds(measured.path("latencySeconds").asDouble());
            replanner
                    .update(List.of(), List.of(state), Instant.EPOCH.plusSeconds(second++))
                    .ifPresent(replanner::accept);
            assertThat(device(replanner)).as("%d Mbit/s", megabits).isEqualTo(megabits < 10 ? "pi" : "cloud");
        }
    }

    private static String device(Replanner replanner) {
        return replanner.current().parts().get(0).device().name();
    }

    /** A megabyte that the cloud computes on ten times as fast: worth sending above some 10 Mbit/s. */
    private static Replanner replanner() {
        Segments one = new Segments() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Workload workload(int from, int to) {
                return Workload.builder().build();
            }

            @Override
            public List<Flow> flows() {
                return Flow.ofChain(1e6, 0);
            }
        };
        Cluster cluster = Cluster.builder()
                .device(Device.of("pi"))
                .device(Device.of("cloud"))
                .link("pi", "cloud", Link.of(1e9, 0))
                .source("pi")
                .build();
        CostModel costs = CostModel.of(cluster, (piece, threads, state) -> {
            double seconds = state.device().equals("pi") ? 1 : 0.1;
            return new Prediction(seconds, seconds, false);
        });
        return Replanner.builder(one, costs)
                .patience(new Replanner.Patience(0, Duration.ZERO, 0, 1))
                .build();
    }
}
