package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.flow.PeerChannel;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.TaskCancel;
import io.pepper.distributed.internal.proto.TaskFetch;
import io.pepper.distributed.internal.proto.TaskOrder;
import io.pepper.distributed.internal.proto.TaskQuestion;
import io.pepper.distributed.internal.proto.TaskRemoval;
import io.pepper.distributed.internal.proto.TaskStart;
import io.pepper.distributed.internal.proto.TaskStatus;
import io.pepper.distributed.internal.proto.TaskStatus.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders for tasks as they come from the network. */
class NodeTasksTest {
    @TempDir
    private Path directory;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private PartStore store;
    private OrderCheck check;
    private NodeTasks tasks;

    @BeforeEach
    void open() throws IOException {
        store = PartStore.open(directory.resolve("store"));
        check = new OrderCheck("a", new Proofs(Optional.empty()), Set.of("admin"));
        List<Capability> capabilities = List.of(
                capability("open", false, task -> task.answer("open")),
                capability("guarded", true, task -> {
                    Files.writeString(task.directory().resolve("results/r.txt"), "result");
                    task.answer("guarded");
                }),
                capability("deaf", true, task -> waitThroughInterrupts()),
                capability("fatal", false, task -> {
                    throw new NoClassDefFoundError("some/Library");
                }));
        tasks = new NodeTasks(
                "a",
                "",
                capabilities,
                check,
                new TaskStore(store.tasks(), store.blobs()),
                NodeTasksTest::noChannel,
                clock);
    }

    private static Capability capability(String name, boolean isProtected, Capability.Work work) {
        return new Capability(name, isProtected, work, channel -> {
            throw new IOException("these capabilities answer no channels");
        });
    }

    private static PeerChannel noChannel(String node, String name) throws IOException {
        throw new IOException("no channel " + name + " leads to " + node);
    }

    private void waitThroughInterrupts() {
        boolean interrupted = false;
        while (goOn.getCount() > 0) {
            try {
                goOn.await();
            } catch (InterruptedException ignored) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() throws IOException {
        goOn.countDown();
        tasks.close();
        clock.shutdownNow();
        store.close();
    }

    private TaskOrder.Builder start(String capability, String id) {
        return TaskOrder.newBuilder()
                .setNode("a")
                .setCapability(capability)
                .setId(id)
                .setChallenge(check.challenge())
                .setStart(TaskStart.getDefaultInstance());
    }

    private TaskStatus follow(TaskOrder.Builder order) throws Exception {
        CompletableFuture<TaskStatus> answer = new CompletableFuture<>();
        tasks.follow(Signed.newBuilder().setBody(order.build().toByteString()).build(), answer::complete);
        return answer.get();
    }

    @Test
    void aShortTaskIsDoneInTheFirstAnswer() throws Exception {
        TaskStatus status = follow(start("open", "one").clearChallenge());
        assertThat(status.getState()).isEqualTo(State.DONE);
        assertThat(status.getAnswer()).isEqualTo("open");
        assertThat(store.tasks()).isEmptyDirectory();
    }

    @Test
    void aProtectedTaskNeedsAChallengeOfThisNodeOnce() throws Exception {
        TaskOrder.Builder order = start("guarded", "one");
        assertThatThrownBy(() -> follow(start("guarded", "one").clearChallenge()))
                .hasMessageContaining("of the past");
        assertThatThrownBy(() -> follow(start("guarded", "one").setNode("b"))).hasMessageContaining("of the past");
        assertThat(follow(order).getState()).isEqualTo(State.DONE);
        assertThatThrownBy(() -> follow(order)).hasMessageContaining("of the past");
        assertThatThrownBy(() ->
                        follow(start("guarded", "one").clearChallenge().setRemove(TaskRemoval.getDefaultInstance())))
                .hasMessageContaining("of the past");
    }

    @Test
    void namesThatWouldLeaveTheStoreAreRefused() {
        for (String name : List.of("", "..", "../x", "a/b", "/x", "a\nb", "x".repeat(64))) {
            assertThatThrownBy(() -> follow(start("guarded", name))).hasMessageContaining("is no name of a task");
            assertThatThrownBy(() -> follow(start(name, "one"))).hasMessageContaining("is no name of a task");
            assertThatThrownBy(() -> follow(start("guarded", name).setRemove(TaskRemoval.getDefaultInstance())))
                    .hasMessageContaining("is no name of a task");
            assertThatThrownBy(() -> tasks.tell(
                            TaskQuestion.newBuilder()
                                    .setCapability("guarded")
                                    .setId(name)
                                    .build(),
                            status -> {}))
                    .hasMessageContaining("is no name of a task");
        }
        assertThat(store.tasks()).isEmptyDirectory();
    }

    @Test
    void onlyNamedResultsAreReadWithinTheirSize() throws Exception {
        assertThat(follow(start("guarded", "one")).getResultsCount()).isEqualTo(1);
        TaskFetch.Builder fetch =
                TaskFetch.newBuilder().setCapability("guarded").setId("one");
        for (String name : List.of("", "../request", "request", "..", "/etc/hostname")) {
            assertThatThrownBy(() -> tasks.read(fetch.setName(name).build())).hasMessageContaining("has no result");
        }
        fetch.setName("r.txt");
        assertThat(tasks.read(fetch.build()).getFetched().getContent().toStringUtf8())
                .isEqualTo("result");
        for (long offset : new long[] {-1, 7, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(tasks.read(fetch.setOffset(offset).build()).getFetched().getContent())
                    .isEqualTo(ByteString.EMPTY);
        }
    }

    @Test
    void wrongFilesAreRefused() {
        StoredFile file = StoredFile.newBuilder()
                .setPath("x")
                .setSha256("ab".repeat(32))
                .setBytes(3)
                .build();
        for (StoredFile wrong : List.of(
                file.toBuilder().setSha256("../x").build(),
                file.toBuilder().setBytes(-1).build(),
                file.toBuilder().setPath("C:x").build(),
                file.toBuilder().setBytes(1L << 60).build())) {
            assertThatThrownBy(() -> follow(start("guarded", "one")
                            .setStart(TaskStart.newBuilder().addFiles(wrong))))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching("(?s).*(is not accepted|has the size|has room for).*");
        }
        TaskStart.Builder twice = TaskStart.newBuilder().addFiles(file).addFiles(file);
        assertThatThrownBy(() -> follow(start("guarded", "one").setStart(twice)))
                .hasMessageContaining("listed twice");
        TaskStart.Builder many = TaskStart.newBuilder();
        for (int i = 0; i <= TaskStore.MAX_FILES; i++) {
            many.addFiles(file.toBuilder().setPath("x" + i));
        }
        assertThatThrownBy(() -> follow(start("guarded", "one").setStart(many)))
                .hasMessageContaining("allowed are up to 256");
    }

    @Test
    void aTaskThatDoesNotHearKeepsTheNodeBusy() throws Exception {
        TaskStatus running = follow(start("deaf", "one"));
        assertThat(running.getState()).isEqualTo(State.RUNNING);
        assertThat(follow(start("deaf", "one").setCancel(TaskCancel.getDefaultInstance()))
                        .getState())
                .isEqualTo(State.RUNNING);
        assertThatThrownBy(() -> follow(start("guarded", "two"))).hasMessageContaining("busy with the task deaf one");
        assertThatThrownBy(() -> follow(start("deaf", "one").setRemove(TaskRemoval.getDefaultInstance())))
                .hasMessageContaining("is running");
    }

    @Test
    void aMissingLibraryFailsTheTaskAlone() throws Exception {
        TaskStatus status = follow(start("fatal", "one"));
        assertThat(status.getState()).isEqualTo(State.FAILED);
        assertThat(status.getFailure()).isEqualTo("NoClassDefFoundError: some/Library");
        assertThat(follow(start("open", "one")).getState()).isEqualTo(State.DONE);
    }

    @Test
    void cancellingAndRemovingAnUnknownTaskChangesNothing() throws Exception {
        assertThat(follow(start("guarded", "none").setCancel(TaskCancel.getDefaultInstance()))
                        .getState())
                .isEqualTo(State.UNKNOWN);
        assertThat(follow(start("guarded", "none").setRemove(TaskRemoval.getDefaultInstance()))
                        .getState())
                .isEqualTo(State.UNKNOWN);
        assertThat(follow(start("open", "none")
                                .clearAction()
                                .setStart(TaskStart.newBuilder().setArguments("x")))
                        .getState())
                .isEqualTo(State.DONE);
    }

    @Test
    void damagedOrdersAreRefusedWithoutAnyOtherFailure() {
        byte[] bytes = start("guarded", "one")
                .setStart(TaskStart.newBuilder()
                        .setArguments("{}")
                        .addFiles(StoredFile.newBuilder().setPath("x").setSha256("ab".repeat(32))))
                .build()
                .toByteArray();
        Random random = new Random(5);
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = bytes.clone();
            for (int i = 0; i < 4; i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                tasks.follow(
                        Signed.newBuilder()
                                .setBody(ByteString.copyFrom(damaged))
                                .build(),
                        status -> {});
            } catch (IOException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
