package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.PeerChannel;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.TaskStatus;
import io.pepper.distributed.internal.proto.TaskStatus.State;
import io.pepper.document.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task of a capability: its thread, and what is known about it. Thread-safe. */
final class NodeTask implements TaskRun {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTask.class);

    /** The time after which a question is answered although the task has not ended. */
    private static final long LONGEST_WAIT_MILLIS = 1_000;

    private static final int MAX_WAITING = 32;
    private static final int MAX_STEP = 200;

    private final NodeTasks owner;
    private final TaskKey key;
    private final Capability capability;
    private final String request;
    private final String arguments;
    private final List<StoredFiles.Entry> announced;
    private final Thread thread;
    private final List<Consumer<TaskStatus>> waiting = new ArrayList<>();
    private Map<String, Path> files = Map.of();
    private TaskStatus status = TaskStatus.newBuilder().setState(State.RUNNING).build();
    private @Nullable String stopped;

    NodeTask(
            NodeTasks owner,
            TaskKey key,
            Capability capability,
            String request,
            String arguments,
            List<StoredFiles.Entry> announced) {
        this.owner = owner;
        this.key = key;
        this.capability = capability;
        this.request = request;
        this.arguments = arguments;
        this.announced = announced;
        this.thread = new Thread(this::run, "pepper-task-" + key.capability());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    TaskKey key() {
        return key;
    }

    boolean isProtected() {
        return capability.isProtected();
    }

    /** Returns the hash of what the client asks for. */
    String request() {
        return request;
    }

    synchronized TaskStatus status() {
        return status;
    }

    synchronized boolean isRunning() {
        return status.getState() == State.RUNNING;
    }

    /** Asks the task to stop. */
    void stop(String reason) {
        synchronized (this) {
            if (status.getState() == State.RUNNING && stopped == null) {
                stopped = reason;
            }
        }
        thread.interrupt();
    }

    /** Waits for the end of the thread for a limited time. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    /** Tells how far the task is: when it has ended, at the latest after a second. */
    void tell(ScheduledExecutorService clock, Consumer<TaskStatus> reply) {
        synchronized (this) {
            if (status.getState() == State.RUNNING && waiting.size() < MAX_WAITING) {
                waiting.add(reply);
                var unused = clock.schedule(() -> answerLate(reply), LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
        }
        reply.accept(status());
    }

    private void answerLate(Consumer<TaskStatus> reply) {
        boolean waits;
        synchronized (this) {
            waits = waiting.remove(reply);
        }
        if (waits) {
            reply.accept(status());
        }
    }

    private void run() {
        TaskStatus.Builder end = TaskStatus.newBuilder();
        try {
            Map<String, Path> placed = owner.store().place(key, announced);
            synchronized (this) {
                files = placed;
            }
            capability.work().perform(this);
            for (StoredFiles.Entry result : owner.store().results(key)) {
                end.addResults(StoredFile.newBuilder()
                        .setPath(result.path())
                        .setSha256(result.sha256())
                        .setBytes(result.bytes()));
            }
            end.setState(State.DONE).setAnswer(status().getAnswer());
        } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError | StackOverflowError failed) {
            LOG.debug("{}: the task {} has failed", owner.node(), key, failed);
            end.clear().setState(State.FAILED).setFailure(reason(failed));
        }
        end(end);
    }

    private static String reason(Throwable failed) {
        String message = failed.getMessage();
        return SafeText.of(
                failed instanceof IOException || failed instanceof IllegalArgumentException
                        ? String.valueOf(message)
                        : failed.getClass().getSimpleName() + (message == null ? "" : ": " + message));
    }

    private void end(TaskStatus.Builder end) {
        List<Consumer<TaskStatus>> told;
        TaskStatus last;
        synchronized (this) {
            if (stopped != null && end.getState() == State.FAILED) {
                end.setState(State.CANCELLED).setFailure(stopped);
            }
            last = end.setStep(status.getStep())
                    .setDone(status.getDone())
                    .setTotal(status.getTotal())
                    .build();
            status = last;
            told = List.copyOf(waiting);
            waiting.clear();
        }
        told.forEach(reply -> reply.accept(last));
    }

    @Override
    public String device() {
        return owner.node();
    }

    @Override
    public Optional<String> kind() {
        return owner.kind();
    }

    @Override
    public String arguments() {
        return arguments;
    }

    @Override
    public synchronized Map<String, Path> files() {
        return files;
    }

    @Override
    public PeerChannel channel(String node) throws IOException {
        return owner.channels().open(node, key.capability());
    }

    @Override
    public Path directory() throws IOException {
        return owner.open(this);
    }

    @Override
    public synchronized void progress(String step, long done, long total) {
        status = status.toBuilder()
                .setStep(SafeText.line(step, MAX_STEP))
                .setDone(done)
                .setTotal(total)
                .build();
    }

    @Override
    public synchronized void answer(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "the answer has " + bytes + " bytes; allowed are up to " + MAX_TEXT_BYTES);
        }
        status = status.toBuilder().setAnswer(text).build();
    }
}
