package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.flow.HostOptions;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StateChanged;
import io.pepper.distributed.internal.proto.TaskStatus;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node: receives messages, and does what they ask on the right thread. Thread-safe. */
public final class NodeService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeService.class);

    private final NodeSettings settings;
    private final Proofs proofs;
    private final PartStore store;
    private final HeldParts held;
    private final Orders orders;
    private final Directory directory;
    private final StageHost host;
    private final NodeTasks tasks;
    private final NodeAnswers answers;
    private final ScheduledExecutorService quick = Executors.newSingleThreadScheduledExecutor(threads("answers"));
    private final ExecutorService files = Executors.newSingleThreadExecutor(threads("files"));
    private final ExecutorService changes = Executors.newSingleThreadExecutor(threads("changes"));
    private final ByteString incarnation = Proofs.nonce();
    private final MachineLoad load = MachineLoad.watch(quick);
    private Optional<Membership> membership = Optional.empty();

    private NodeService(NodeSettings settings, PartStore store) throws IOException {
        this.settings = settings;
        this.proofs = new Proofs(settings.system().identity());
        this.store = store;
        this.directory = new Directory(proofs, quick);
        HostOptions usual = HostOptions.of(settings.name(), settings.system().bindHost(), 0);
        this.host = StageHost.start(
                usual.withMaxHeldBytes(settings.tensorMemory().orElse(usual.maxHeldBytes())),
                directory,
                settings.system().identity().map(identity -> identity::context));
        this.held = new HeldParts(
                settings.name(),
                store,
                new PartsOpener(
                        settings.isolation(),
                        settings.threads(),
                        settings.cacheMemory().orElse(MachineMemory.share())),
                host);
        OrderCheck check = new OrderCheck(settings.name(), proofs, settings.deployers());
        this.orders = new Orders(check, store, held, InstantSource.system());
        this.tasks = new NodeTasks(
                settings.name(),
                settings.kind(),
                settings.capabilities(),
                check,
                new TaskStore(store.tasks(), store.blobs()),
                host::openChannel,
                quick);
        settings.capabilities().forEach(capability -> host.serveChannels(capability.name(), capability.channels()));
        this.answers = new NodeAnswers(settings, proofs, host, load, store, held, check, tasks);
    }

    private static ThreadFactory threads(String purpose) {
        return work -> {
            Thread thread = new Thread(work, "pepper-node-" + purpose);
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * Starts a node: opens its parts, listens, and joins.
     *
     * @param settings the settings
     * @return the node, for the caller to close
     * @throws IOException if the store cannot be used, or the node cannot listen or join
     */
    public static NodeService start(NodeSettings settings) throws IOException {
        PartStore store = PartStore.open(settings.store());
        NodeService node;
        try {
            node = new NodeService(settings, store);
        } catch (IOException | RuntimeException failed) {
            store.close();
            throw failed;
        }
        try {
            node.held.restore();
            node.join();
            return node;
        } catch (IOException | RuntimeException failed) {
            node.close();
            throw failed;
        }
    }

    private void join() throws IOException {
        Hello hello = Hello.newBuilder()
                .setName(settings.name())
                .setNonce(incarnation)
                .build();
        Membership joined = Membership.start(
                settings.system(), settings.seeds(), hello, directory, new Inbox(), settings.joining());
        synchronized (this) {
            membership = Optional.of(joined);
        }
        joined.note();
    }

    /** Returns the membership; empty before the node has joined. */
    synchronized Optional<Membership> membership() {
        return membership;
    }

    /** The receiver of messages. */
    private final class Inbox implements ClusterSystem.Listener {
        @Override
        public void received(Envelope message, Consumer<Envelope> reply) {
            if (message.getWire() != Wire.VERSION) {
                reply.accept(Replies.refusal(
                        "this member uses version " + Wire.VERSION + " of the cluster's messages, the sender "
                                + message.getWire() + "; use the same release on all members",
                        false));
                return;
            }
            switch (message.getContentCase()) {
                case HELLO -> run(quick, reply, to -> to.accept(answers.greet(message.getHello(), membership())));
                case QUESTION ->
                    run(
                            quick,
                            reply,
                            to -> to.accept(answers.state(message.getQuestion().getNonce())));
                case CHUNK -> run(files, reply, to -> to.accept(answers.store(message.getChunk())));
                case ORDER -> run(changes, reply, to -> to.accept(follow(message.getOrder())));
                case FETCH -> run(files, reply, to -> to.accept(answers.fetch(message.getFetch())));
                case TASK -> run(files, reply, to -> tasks.follow(message.getTask(), telling(to)));
                case TASK_QUESTION -> run(quick, reply, to -> tasks.tell(message.getTaskQuestion(), telling(to)));
                case TASK_FETCH -> run(files, reply, to -> to.accept(tasks.read(message.getTaskFetch())));
                case STATE_CHANGED -> directory.ask(message.getStateChanged().getName());
                default -> reply.accept(Replies.refusal("an unexpected message", false));
            }
        }

        private static Consumer<TaskStatus> telling(Consumer<Envelope> reply) {
            return status -> reply.accept(Replies.task(status));
        }

        @Override
        public void changed() {
            directory.changed();
            membership().ifPresent(Membership::note);
        }
    }

    /** Work that answers a message, at once or later. */
    private interface Work {
        void run(Consumer<Envelope> reply) throws IOException;
    }

    private void run(ExecutorService thread, Consumer<Envelope> reply, Work work) {
        try {
            thread.execute(() -> answer(work, reply));
        } catch (RejectedExecutionException closing) {
            reply.accept(Replies.refusal("the node is closing", true));
        }
    }

    private void answer(Work work, Consumer<Envelope> reply) {
        try {
            work.run(reply);
        } catch (IOException | RuntimeException failed) {
            LOG.debug("{}: refused a message", settings.name(), failed);
            reply.accept(
                    Replies.refusal(String.valueOf(failed.getMessage()), failed instanceof TemporaryRefusalException));
        }
    }

    private Envelope follow(Signed order) throws IOException {
        try {
            return Replies.done(orders.follow(order));
        } finally {
            tellChange();
        }
    }

    /** Tells the members that this node holds something else. */
    private void tellChange() {
        membership().ifPresent(joined -> {
            Envelope news = Envelope.newBuilder()
                    .setStateChanged(StateChanged.newBuilder().setName(settings.name()))
                    .build();
            ClusterSystem system = joined.system();
            system.peers().forEach(peer -> system.tell(peer.address(), news));
        });
    }

    /**
     * Returns the address of control messages.
     *
     * @return {@code HOST:PORT}
     */
    public String address() {
        return membership().orElseThrow().system().address();
    }

    /**
     * Returns the nodes of the cluster.
     *
     * @return the directory
     */
    public Directory directory() {
        return directory;
    }

    /**
     * Returns how often the node had to join again.
     *
     * @return 0 or more
     */
    public int rejoined() {
        return membership().map(Membership::rejoined).orElse(0);
    }

    /**
     * Returns why the node cannot answer requests at the moment.
     *
     * @return the reason; empty if it is in the cluster, and all parts that it serves are open
     */
    public Optional<String> notReady() {
        if (membership().filter(joined -> joined.system().isUp()).isEmpty()) {
            return Optional.of("the node is not in the cluster");
        }
        return held.describe().stream()
                .filter(version -> version.getServing() && !version.getReady())
                .findFirst()
                .map(version -> "parts of " + version.getName() + " are not open");
    }

    /** Leaves the cluster, and closes the parts. */
    @Override
    public void close() throws IOException {
        membership().ifPresent(Membership::close);
        tasks.close();
        changes.shutdown();
        files.shutdown();
        quick.shutdown();
        try (store) {
            held.close();
            host.close();
        }
    }
}
