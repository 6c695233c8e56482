package io.pepper.distributed.internal.control;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.flow.PeerChannel;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.MissingFile;
import io.pepper.distributed.internal.proto.OfferedCapability;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.TaskFetch;
import io.pepper.distributed.internal.proto.TaskOrder;
import io.pepper.distributed.internal.proto.TaskQuestion;
import io.pepper.distributed.internal.proto.TaskStart;
import io.pepper.distributed.internal.proto.TaskStatus;
import io.pepper.distributed.internal.proto.TaskStatus.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The capabilities of a node and their tasks. One protected task runs at a time. Others run beside it, a few at a time and
 * for a limited time. Thread-safe.
 */
final class NodeTasks implements AutoCloseable {
    /** The number of tasks of capabilities without protection that run at a time. */
    static final int MAX_OPEN_TASKS = 8;

    private static final int MAX_ENDED = 32;
    private static final Duration LONGEST_OPEN_TASK = Duration.ofMinutes(5);
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private final String node;
    private final String kind;
    private final OrderCheck check;
    private final TaskStore store;
    private final Channels channels;
    private final ScheduledExecutorService clock;
    private final Map<String, Capability> capabilities = new TreeMap<>();
    private final Map<TaskKey, NodeTask> tasks = new LinkedHashMap<>();
    private boolean closed;

    NodeTasks(
            String node,
            String kind,
            Collection<Capability> capabilities,
            OrderCheck check,
            TaskStore store,
            Channels channels,
            ScheduledExecutorService clock) {
        this.node = node;
        this.kind = kind;
        this.check = check;
        this.store = store;
        this.channels = channels;
        this.clock = clock;
        capabilities.forEach(capability -> this.capabilities.put(capability.name(), capability));
    }

    String node() {
        return node;
    }

    /** Opens channels to other nodes. */
    interface Channels {
        /** Opens a channel of a name to a node. */
        PeerChannel open(String node, String name) throws IOException;
    }

    Channels channels() {
        return channels;
    }

    Optional<String> kind() {
        return Optional.of(kind).filter(given -> !given.isEmpty());
    }

    TaskStore store() {
        return store;
    }

    /** Returns what clients may ask for. */
    List<OfferedCapability> offers() {
        return capabilities.values().stream()
                .map(capability -> OfferedCapability.newBuilder()
                        .setName(capability.name())
                        .setProtected(capability.isProtected())
                        .build())
                .toList();
    }

    /**
     * Starts a task, attaches to it, ends it or removes it.
     *
     * @param reply receives the state of the task: of one that is running, after a second at the latest
     * @throws TemporaryRefusalException if too many tasks run
     * @throws IOException if the order is refused
     */
    void follow(Signed signed, Consumer<TaskStatus> reply) throws IOException {
        TaskOrder order;
        try {
            order = TaskOrder.parseFrom(signed.getBody());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IOException("a malformed order: " + malformed.getMessage(), malformed);
        }
        TaskKey key = TaskKey.of(order.getCapability(), order.getId());
        Capability capability = capabilities.get(key.capability());
        if (capability == null) {
            throw new IOException("has no capability '" + key.capability() + "'; it has "
                    + (capabilities.isEmpty() ? "none" : String.join(", ", capabilities.keySet())));
        }
        if (capability.isProtected()) {
            check.requireAllowed(signed);
            check.redeem(order.getNode(), order.getChallenge());
        }
        switch (order.getActionCase()) {
            case START -> start(key, capability, order.getStart(), reply);
            case CANCEL -> cancel(key, reply);
            case REMOVE -> reply.accept(remove(key));
            case ACTION_NOT_SET -> throw new IOException("an order without an action");
        }
    }

    private void start(TaskKey key, Capability capability, TaskStart start, Consumer<TaskStatus> reply)
            throws IOException {
        List<StoredFiles.Entry> files = files(capability, start);
        String request = TaskStore.hash(start.getArguments(), files);
        Optional<NodeTask> known = known(key, request);
        if (known.isPresent()) {
            known.get().tell(clock, reply);
            return;
        }
        synchronized (this) {
            requireFree(capability.isProtected());
        }
        if (!files.isEmpty()) {
            store.open(key, request, running());
            Map<String, Long> missing = store.announce(key, files);
            if (!missing.isEmpty()) {
                reply.accept(waiting(missing));
                return;
            }
        }
        NodeTask task = new NodeTask(this, key, capability, request, start.getArguments(), files);
        add(task);
        task.start();
        if (!capability.isProtected()) {
            var unused = clock.schedule(
                    () -> task.stop("took longer than " + LONGEST_OPEN_TASK.toMinutes() + " minutes"),
                    LONGEST_OPEN_TASK.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
        task.tell(clock, reply);
    }

    private static List<StoredFiles.Entry> files(Capability capability, TaskStart start) throws IOException {
        int bytes = start.getArguments().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > TaskRun.MAX_TEXT_BYTES) {
            throw new IOException(
                    "the arguments have " + bytes + " bytes; allowed are up to " + TaskRun.MAX_TEXT_BYTES);
        }
        List<StoredFiles.Entry> files = start.getFilesList().stream()
                .map(file -> new StoredFiles.Entry(file.getPath(), file.getSha256(), file.getBytes()))
                .toList();
        if (!files.isEmpty() && !capability.isProtected()) {
            throw new IOException("the capability '" + capability.name() + "' takes no files");
        }
        TaskStore.check(files);
        return files;
    }

    private static TaskStatus waiting(Map<String, Long> missing) {
        TaskStatus.Builder status = TaskStatus.newBuilder().setState(State.WAITING);
        missing.forEach((sha256, stored) ->
                status.addMissing(MissingFile.newBuilder().setSha256(sha256).setStoredBytes(stored)));
        return status.build();
    }

    /** Returns a task that runs or is done. Others can be started again. */
    private synchronized Optional<NodeTask> known(TaskKey key, String request) throws IOException {
        NodeTask task = tasks.get(key);
        if (task == null) {
            return Optional.empty();
        }
        if (!task.request().equals(request)) {
            throw new IOException("the task " + key + " had other arguments or files; choose another id");
        }
        TaskStatus status = task.status();
        boolean isThere = status.getResultsCount() == 0 || store.holds(key);
        return task.isRunning() || (status.getState() == State.DONE && isThere) ? Optional.of(task) : Optional.empty();
    }

    /** Refuses a further task if too many run. The caller holds the lock. */
    private void requireFree(boolean isProtected) throws IOException {
        if (closed) {
            throw new TemporaryRefusalException("is closing");
        }
        List<NodeTask> running = tasks.values().stream()
                .filter(other -> other.isRunning() && other.isProtected() == isProtected)
                .toList();
        if (isProtected && !running.isEmpty()) {
            throw new IOException("is busy with the task " + running.get(0).key() + "; it does one at a time");
        }
        if (running.size() >= MAX_OPEN_TASKS) {
            throw new TemporaryRefusalException("is busy with " + running.size() + " tasks");
        }
    }

    private synchronized void add(NodeTask task) throws IOException {
        requireFree(task.isProtected());
        tasks.remove(task.key());
        List<TaskKey> ended = tasks.values().stream()
                .filter(other -> !other.isRunning())
                .map(NodeTask::key)
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - MAX_ENDED + 1)).forEach(tasks::remove);
        tasks.put(task.key(), task);
    }

    private synchronized Set<TaskKey> running() {
        return tasks.values().stream()
                .filter(NodeTask::isRunning)
                .map(NodeTask::key)
                .collect(Collectors.toSet());
    }

    /** Opens the directory of a task. */
    Path open(NodeTask task) throws IOException {
        return store.open(task.key(), task.request(), running());
    }

    private synchronized Optional<NodeTask> find(TaskKey key) {
        return Optional.ofNullable(tasks.get(key));
    }

    private void cancel(TaskKey key, Consumer<TaskStatus> reply) {
        find(key).ifPresent(task -> task.stop("was cancelled"));
        tell(key, reply);
    }

    private TaskStatus remove(TaskKey key) throws IOException {
        synchronized (this) {
            if (find(key).filter(NodeTask::isRunning).isPresent()) {
                throw new IOException("the task " + key + " is running; cancel it first");
            }
            tasks.remove(key);
        }
        store.remove(key);
        return TaskStatus.getDefaultInstance();
    }

    private void tell(TaskKey key, Consumer<TaskStatus> reply) {
        find(key).ifPresentOrElse(task -> task.tell(clock, reply), () -> reply.accept(TaskStatus.getDefaultInstance()));
    }

    /** Answers how far a task is. */
    void tell(TaskQuestion question, Consumer<TaskStatus> reply) throws IOException {
        tell(TaskKey.of(question.getCapability(), question.getId()), reply);
    }

    /** Returns a piece of a result of a task that is done. */
    Envelope read(TaskFetch wanted) throws IOException {
        TaskKey key = TaskKey.of(wanted.getCapability(), wanted.getId());
        StoredFile result = find(key).stream()
                .flatMap(task -> task.status().getResultsList().stream())
                .filter(file -> file.getPath().equals(wanted.getName()))
                .findFirst()
                .orElseThrow(() -> new IOException("the task " + key + " has no result '" + wanted.getName() + "'"));
        return Replies.piece(result.getBytes(), store.read(key, result.getPath(), wanted.getOffset()));
    }

    /** Stops the tasks, and waits for them for a limited time. */
    @Override
    public void close() {
        List<NodeTask> stopping;
        synchronized (this) {
            closed = true;
            stopping = new ArrayList<>(tasks.values());
        }
        stopping.forEach(task -> task.stop("the node was closed"));
        try {
            for (NodeTask task : stopping) {
                task.join(LONGEST_END.toMillis());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
