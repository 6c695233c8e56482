package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.RandomAccessFile;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of nodes' capabilities in a cluster in this process. */
class CapabilityTest {
    private static final Duration SILENCE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private ClusterClient client;

    /** The work of a capability of a test. */
    private interface Work {
        void perform(CapabilityTask task) throws IOException;
    }

    private record Given(String name, boolean isProtected, Work work) implements NodeCapability {
        @Override
        public void perform(CapabilityTask task) throws IOException {
            work.perform(task);
        }
    }

    @BeforeEach
    void start() throws IOException {
        nodes.add(ClusterNode.start(options("a").withKind("pi4")));
        client = ClusterClient.join(
                ClusterClientOptions.of(List.of(nodes.get(0).address())).withFailureTimes(SILENCE, SILENCE));
    }

    private ClusterNodeOptions options(String name) {
        return ClusterNodeOptions.of(name, directory.resolve("store-" + name))
                .withFailureTimes(SILENCE, SILENCE)
                .withCapability(new Given("echo", false, CapabilityTest::echo))
                .withCapability(new Given("count", true, CapabilityTest::count))
                .withCapability(new Given("wait", true, this::await))
                .withCapability(new Given("waits", false, this::await))
                .withCapability(new Given("write", true, CapabilityTest::write));
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        client.close();
        for (ClusterNode node : nodes) {
            node.close();
        }
    }

    private static void echo(CapabilityTask task) {
        task.answer(task.device() + " " + task.kind().orElse("-") + " " + task.arguments());
    }

    /** Counts its attempts in its directory, and reads the sent files. */
    private static void count(CapabilityTask task) throws IOException {
        Path attempts = task.directory().resolve("attempts");
        String before = Files.exists(attempts) ? Files.readString(attempts) : "";
        Files.writeString(attempts, before + "x");
        task.progress("counting", 1, 2);
        if (before.isEmpty() && task.arguments().equals("fail first")) {
            throw new IOException("the first attempt fails");
        }
        StringBuilder answer = new StringBuilder(before + "x");
        for (Map.Entry<String, Path> file : task.files().entrySet()) {
            answer.append(' ').append(file.getKey()).append('=').append(Files.size(file.getValue()));
        }
        task.answer(answer.toString());
    }

    private void await(CapabilityTask task) throws IOException {
        task.progress("waiting", 3, 7);
        begun.countDown();
        try {
            goOn.await();
        } catch (InterruptedException stopped) {
            throw new InterruptedIOException("stopped");
        }
        task.answer("waited");
    }

    private static void write(CapabilityTask task) throws IOException {
        Path results = task.directory().resolve(CapabilityTask.RESULTS);
        switch (task.arguments()) {
            case "two" -> {
                byte[] large = new byte[700_001];
                new Random(1).nextBytes(large);
                Files.write(results.resolve("large.bin"), large);
                Files.writeString(results.resolve("empty.csv"), "");
            }
            case "huge" -> {
                try (RandomAccessFile file =
                        new RandomAccessFile(results.resolve("huge").toFile(), "rw")) {
                    file.setLength(2L << 30);
                }
            }
            case "many" -> {
                for (int i = 0; i < 101; i++) {
                    Files.writeString(results.resolve("r" + i), "");
                }
            }
            case "directory" -> Files.createDirectory(results.resolve("inner"));
            case "link" -> Files.createSymbolicLink(results.resolve("link"), Path.of("/etc/hostname"));
            case "long" -> task.answer("x".repeat(CapabilityTask.MAX_TEXT_BYTES + 1));
            default -> throw new IllegalArgumentException("unknown argument '" + task.arguments() + "'");
        }
    }

    private CapabilityAnswer perform(String capability, CapabilityRequest request) throws IOException {
        return client.perform("a", capability, request, ProgressListener.NONE);
    }

    private CompletableFuture<CapabilityAnswer> later(String capability, CapabilityRequest request) {
        CompletableFuture<CapabilityAnswer> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(perform(capability, request));
            } catch (IOException | RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    @Test
    void aNodeTellsItsCapabilitiesAndAnswers() throws IOException {
        assertThat(client.nodes().get(0).capabilities()).containsExactly("count", "echo", "wait", "waits", "write");
        assertThat(perform("echo", CapabilityRequest.of("{\"x\": \"ü\"}")).text())
                .isEqualTo("a pi4 {\"x\": \"ü\"}");
    }

    /** No implementation is on the class path of these tests. */
    @Test
    void aNodeOfThisLibraryAloneHasNoCapability() throws Exception {
        nodes.add(ClusterNode.start(ClusterNodeOptions.of("plain", directory.resolve("store-plain"))
                .withFailureTimes(SILENCE, SILENCE)
                .withSeeds(List.of(nodes.get(0).address()))));
        while (client.nodes().size() < 2) {
            Thread.sleep(20);
        }
        assertThat(client.nodes().get(1).capabilities()).isEmpty();
        assertThatThrownBy(() -> client.perform("plain", "profile", CapabilityRequest.of(""), ProgressListener.NONE))
                .hasMessage("node plain: has no capability 'profile'; it has none");
    }

    @Test
    void asAModuleThisLibraryLooksForCapabilities() throws Exception {
        Path classes = Path.of(ClusterNode.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (var in = Files.newInputStream(classes.resolve("module-info.class"))) {
            assertThat(ModuleDescriptor.read(in).uses()).contains(NodeCapability.class.getName());
        }
    }

    @Test
    void anUnknownCapabilityAndAnUnknownNodeAreNamed() {
        assertThatThrownBy(() -> perform("profile", CapabilityRequest.of("")))
                .hasMessage("node a: has no capability 'profile'; it has count, echo, wait, waits, write");
        assertThatThrownBy(() -> client.perform("z", "echo", CapabilityRequest.of(""), ProgressListener.NONE))
                .isInstanceOfSatisfying(
                        NodeLostException.class, lost -> assertThat(lost.node()).isEqualTo("z"))
                .hasMessage("the node z is not reachable");
    }

    @Test
    void progressArrivesWhileATaskRuns() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        CapabilityAnswer answer = client.perform("a", "wait", CapabilityRequest.of(""), (step, done, total) -> {
            if (step.equals("waiting")) {
                seen.complete(step + " " + done + " of " + total);
                goOn.countDown();
            }
        });
        assertThat(seen.get()).isEqualTo("waiting 3 of 7");
        assertThat(answer.text()).isEqualTo("waited");
    }

    @Test
    void aSecondProtectedTaskIsRefusedByTheNameOfTheFirstAndOthersRunBeside() throws Exception {
        CompletableFuture<CapabilityAnswer> first =
                later("wait", CapabilityRequest.of("").withId("one"));
        begun.await();
        assertThatThrownBy(() -> perform("count", CapabilityRequest.of("").withId("two")))
                .hasMessage("node a: is busy with the task wait one; it does one at a time");
        assertThat(perform("echo", CapabilityRequest.of("x")).text()).endsWith(" x");
        CompletableFuture<CapabilityAnswer> attached =
                later("wait", CapabilityRequest.of("").withId("one"));
        assertThatThrownBy(() -> perform("wait", CapabilityRequest.of("other").withId("one")))
                .hasMessageContaining("the task wait one had other arguments or files");
        goOn.countDown();
        assertThat(first.get().text()).isEqualTo("waited");
        assertThat(attached.get().text()).isEqualTo("waited");
        assertThat(perform("count", CapabilityRequest.of("")).text()).isEqualTo("x");
    }

    @Test
    void aFailedTaskIsResumedInItsDirectoryAndAnEndedOneOnlyReported() throws IOException {
        CapabilityRequest request = CapabilityRequest.of("fail first").withId("campaign");
        assertThatThrownBy(() -> perform("count", request)).hasMessage("node a: the first attempt fails");
        assertThat(perform("count", request).text()).isEqualTo("xx");
        assertThat(perform("count", request).text()).isEqualTo("xx");
        client.removeTask("a", "count", request);
        assertThat(directory.resolve("store-a/tasks/count")).isEmptyDirectory();
        assertThatThrownBy(() -> perform("count", request)).hasMessage("node a: the first attempt fails");
    }

    @Test
    void filesAreSentOnceAndVerified() throws IOException {
        Path file = directory.resolve("weights.bin");
        byte[] content = new byte[900_000];
        new Random(7).nextBytes(content);
        Files.write(file, content);
        CapabilityRequest request =
                CapabilityRequest.of("").withId("files").withFiles(Map.of("model/weights.bin", file, "copy.bin", file));
        List<String> steps = new ArrayList<>();
        assertThat(client.perform("a", "count", request, (step, done, total) -> steps.add(step))
                        .text())
                .isEqualTo("x copy.bin=900000 model/weights.bin=900000");
        assertThat(steps).anyMatch(step -> step.startsWith("sending "));
        assertThat(directory.resolve("store-a/blobs")).isEmptyDirectory();
        Files.write(directory.resolve("store-a/tasks/count/files/files/copy.bin"), new byte[900_000]);
        assertThat(perform("count", request).text()).startsWith("x ");
    }

    @Test
    void namesOfFilesThatWouldLeaveTheDirectoryAndFilesForOpenCapabilitiesAreRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("x"), "x");
        for (String name : List.of("../x", "/x", "a/../../x", "", "x".repeat(300))) {
            assertThatThrownBy(() -> perform("count", CapabilityRequest.of("").withFiles(Map.of(name, file))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("node a: the file '")
                    .hasMessageContaining("is not accepted");
        }
        assertThatThrownBy(() -> perform("echo", CapabilityRequest.of("").withFiles(Map.of("x", file))))
                .hasMessage("node a: the capability 'echo' takes no files");
        assertThat(directory.resolve("store-a/blobs")).isEmptyDirectory();
    }

    @Test
    void idsThatAreNoNamesAndLongArgumentsAreRefusedAtHome() {
        for (String id : List.of("", "..", "../x", "a/b", "x".repeat(64))) {
            assertThatThrownBy(() -> CapabilityRequest.of("").withId(id))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not allowed");
        }
        assertThatThrownBy(() -> CapabilityRequest.of("ü".repeat(CapabilityTask.MAX_TEXT_BYTES / 2 + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allowed are up to 262144");
    }

    @Test
    void resultsArriveInPiecesAndAreVerified() throws IOException {
        Path results = directory.resolve("fetched");
        CapabilityAnswer answer = perform("write", CapabilityRequest.of("two").withResults(results));
        assertThat(answer.files()).containsOnlyKeys("empty.csv", "large.bin");
        byte[] expected = new byte[700_001];
        new Random(1).nextBytes(expected);
        assertThat(answer.files().get("large.bin")).hasBinaryContent(expected);
        assertThat(perform("write", CapabilityRequest.of("two")).files()).isEmpty();
    }

    @Test
    void aResultThatChangesAfterItsHashIsRefused() throws IOException {
        CapabilityRequest request = CapabilityRequest.of("two").withId("changed");
        perform("write", request);
        Files.write(directory.resolve("store-a/tasks/write/changed/results/large.bin"), new byte[700_001]);
        Path results = directory.resolve("fetched");
        assertThatThrownBy(() -> perform("write", request.withResults(results)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node a: the result large.bin has the SHA-256");
        assertThat(results.resolve("large.bin")).doesNotExist();
        Files.write(directory.resolve("store-a/tasks/write/changed/results/large.bin"), new byte[700]);
        assertThatThrownBy(() -> perform("write", request.withResults(results)))
                .hasMessageContaining("has another size than 700001 bytes");
    }

    @Test
    void resultsAndAnswersBeyondTheLimitsFailTheTask() {
        for (String wrong : List.of("huge", "many")) {
            assertThatThrownBy(() -> perform("write", CapabilityRequest.of(wrong)))
                    .hasMessageContaining("node a: the task has")
                    .hasMessageContaining("allowed are 100 of 1073741824 bytes in all");
        }
        for (String wrong : List.of("directory", "link")) {
            assertThatThrownBy(() -> perform("write", CapabilityRequest.of(wrong)))
                    .hasMessageContaining("is no file, or its name is not allowed");
        }
        assertThatThrownBy(() -> perform("write", CapabilityRequest.of("long")))
                .hasMessage("node a: the answer has 262145 bytes; allowed are up to 262144");
        assertThatThrownBy(() -> perform("write", CapabilityRequest.of("\u001b[1m")))
                .hasMessage("node a: unknown argument '\\u001b[1m'");
    }

    @Test
    void anInterruptedClientCancelsItsTask() throws Exception {
        CapabilityRequest request = CapabilityRequest.of("").withId("one");
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                perform("wait", request);
                end.complete(new AssertionError("not interrupted"));
            } catch (IOException stopped) {
                end.complete(stopped);
            }
        });
        caller.start();
        begun.await();
        caller.interrupt();
        assertThat(end.get()).isInstanceOf(InterruptedIOException.class);
        assertThat(perform("count", CapabilityRequest.of("")).text()).isEqualTo("x"); // The node is free again.
        goOn.countDown();
        assertThat(perform("wait", request).text()).isEqualTo("waited");
    }

    @Test
    void aClosedClientCancelsItsTasks() throws Exception {
        CompletableFuture<CapabilityAnswer> running = later("wait", CapabilityRequest.of(""));
        begun.await();
        client.close();
        assertThat(running)
                .failsWithin(30, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingRootCause()
                .withMessage("the client was closed");
        client = ClusterClient.join(ClusterClientOptions.of(List.of(nodes.get(0).address())));
        assertThat(perform("count", CapabilityRequest.of("")).text()).isEqualTo("x");
    }

    @Test
    void aLostNodeIsAnExceptionOfItsOwnAndTheTaskResumesWhenItIsBack() throws Exception {
        nodes.add(ClusterNode.start(options("b").withSeeds(List.of(nodes.get(0).address()))));
        CapabilityRequest request = CapabilityRequest.of("").withId("one");
        CompletableFuture<CapabilityAnswer> running = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                running.complete(client.perform("b", "wait", request, ProgressListener.NONE));
            } catch (IOException failed) {
                running.completeExceptionally(failed);
            }
        });
        while (client.nodes().size() < 2) {
            Thread.sleep(20);
        }
        caller.start();
        begun.await();
        nodes.remove(1).close();
        assertThat(running)
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(NodeLostException.class)
                .withMessageContaining("node b");
        goOn.countDown();
        nodes.add(ClusterNode.start(options("b").withSeeds(List.of(nodes.get(0).address()))));
        String answer = "";
        while (answer.isEmpty()) {
            try {
                answer = client.perform("b", "wait", request, ProgressListener.NONE)
                        .text();
            } catch (NodeLostException notYet) {
                Thread.sleep(20);
            }
        }
        assertThat(answer).isEqualTo("waited");
    }

    @Test
    void tooManyOpenTasksWaitForEachOther() throws Exception {
        List<CompletableFuture<CapabilityAnswer>> many = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            many.add(later("waits", CapabilityRequest.of("")));
        }
        begun.await();
        goOn.countDown();
        for (CompletableFuture<CapabilityAnswer> one : many) {
            assertThat(one.get().text()).isEqualTo("waited");
        }
    }

    @Test
    void theDirectoriesOfOldTasksAreRemoved() throws IOException {
        for (int i = 0; i < 20; i++) {
            perform("count", CapabilityRequest.of("").withId("task-" + i));
        }
        try (var kept = Files.list(directory.resolve("store-a/tasks/count"))) {
            assertThat(kept.map(path -> path.getFileName().toString()).toList())
                    .hasSize(16)
                    .contains("task-19", "task-4")
                    .doesNotContain("task-3");
        }
    }
}
