package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.examples.ExamplePlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in processes and network namespaces of their own, one of which is cut off from the others and comes back.
 * Skipped where network namespaces cannot be made, which takes root and Linux.
 */
@Tag("cluster")
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class NetworkPartitionTest {
    private static final List<String> DEVICES = List.of("camera", "gateway", "spare");
    private static final int REQUESTS = 1_000;

    /** Joins the others. */
    private final String hub = "ph" + ProcessHandle.current().pid() % 100_000;

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    Path directory;

    @BeforeEach
    void up() throws Exception {
        boolean there = did("ip netns add " + hub) && did("ip -n " + hub + " link add bridge type bridge");
        for (int number = 0; there && number < DEVICES.size(); number++) {
            String own = namespace(number);
            there = did("ip netns add " + own)
                    && did("ip link add " + own + " type veth peer name " + port(number))
                    && did("ip link set " + own + " netns " + own)
                    && did("ip link set " + port(number) + " netns " + hub)
                    && did("ip -n " + own + " addr add " + address(number) + "/24 dev " + own)
                    && did("ip -n " + own + " link set lo up")
                    && did("ip -n " + own + " link set " + own + " up")
                    && did("ip -n " + hub + " link set " + port(number) + " master bridge")
                    && did("ip -n " + hub + " link set " + port(number) + " up");
        }
        there = there && did("ip -n " + hub + " link set bridge up");
        Assumptions.assumeTrue(there, "skipped: network namespaces need root and Linux");
    }

    @AfterEach
    void down() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        for (int number = 0; number < DEVICES.size(); number++) {
            did("ip netns del " + namespace(number));
        }
        did("ip netns del " + hub);
    }

    private String namespace(int number) {
        return hub + number;
    }

    private String port(int number) {
        return hub + "p" + number;
    }

    private static String address(int number) {
        return "10.201.9." + (number + 1);
    }

    private static boolean did(String command) throws InterruptedException {
        try {
            return new ProcessBuilder(command.split(" "))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    /** A command of the command line in a namespace, whose words are in the file. */
    private Process pepper(int number, Path words, String line) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace(number)));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(Main.class.getName());
        command.addAll(List.of(line.replace("DIR", directory.toString()).split(" ")));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(words.toFile())
                .start();
        processes.add(process);
        return process;
    }

    /** What a command printed until it ended, which must be with 0. */
    private String done(int number, String line) throws Exception {
        Path words = Files.createTempFile(directory, "said", ".txt");
        Process process = pepper(number, words, line);
        int code = process.waitFor();
        String said = Files.readString(words);
        assertThat(code).as(line + "\n" + said).isZero();
        return said;
    }

    /** Waits until a file has a text. */
    private static void await(Path words, String text) throws Exception {
        while (!Files.readString(words).contains(text)) {
            Thread.sleep(100);
        }
    }

    private void link(int number, String state) throws InterruptedException {
        assertThat(did("ip -n " + hub + " link set " + port(number) + " " + state))
                .isTrue();
    }

    @Test
    void aNodeThatIsCutOffIsReplacedByItsSpareAndUsedAgain() throws Exception {
        ExamplePlan.export(directory);
        done(0, "certs --out DIR/certs " + String.join(" ", DEVICES));
        for (int number = 0; number < DEVICES.size(); number++) {
            String device = DEVICES.get(number);
            Path words = directory.resolve(device + ".txt");
            String seed = number == 0 ? "" : " --cluster " + address(0) + ":7400";
            pepper(
                    number,
                    words,
                    "node --name " + device + " --listen " + address(number) + ":7400" + seed
                            + " --certs DIR/certs --store DIR/store-" + device);
            await(words, "ready: " + device);
        }
        String there = " --cluster " + address(0) + ":7400 --certs DIR/certs";
        done(0, "deploy DIR/plan --name ocr --spares 1" + there);

        Path said = directory.resolve("run.txt");
        Process run = pepper(0, said, "run ocr --shape x=1x3x48x320 --repeat " + REQUESTS + there);
        await(said, "pepper: running ");
        link(1, "down");
        assertThat(run.waitFor()).as(Files.readString(said)).isZero();
        assertThat(Files.readString(said))
                .contains(String.format("%d more requests", REQUESTS - 1))
                .contains("the node gateway was lost")
                .containsPattern("the session runs \\S+ on (spare|camera) instead of gateway");

        link(1, "up");
        long end = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        String status = done(0, "status" + there);
        while (!status.matches("(?s).*\\ngateway [^\\n]* up .*") && System.nanoTime() < end) {
            status = done(0, "status" + there);
        }
        assertThat(status).containsPattern("\\ngateway [^\\n]* up ");
        assertThat(done(0, "run ocr --shape x=1x3x48x320 --repeat 10" + there))
                .containsPattern("_part2.onnx +gateway ");
    }
}
