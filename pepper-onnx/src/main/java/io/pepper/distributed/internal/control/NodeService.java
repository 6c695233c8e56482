package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.HostOptions;
import io.pepper.distributed.internal.flow.StageHost;
import io.pepper.distributed.internal.proto.Chunk;
import io.pepper.distributed.internal.proto.ChunkStored;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetch;
import io.pepper.distributed.internal.proto.Fetched;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Refusal;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.distributed.internal.proto.StateChanged;
import io.pepper.onnx.internal.ToolVersion;
import io.pepper.onnx.internal.wire.FileSource;
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

/** A node: answers questions, takes files, and follows orders. Thread-safe. */
public final class NodeService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeService.class);

    private final NodeSettings settings;
    private final Proofs proofs;
    private final PartStore store;
    private final HeldParts held;
    private final Orders orders;
    private final Directory directory;
    private final StageHost host;
    private final ScheduledExecutorService answers = Executors.newSingleThreadScheduledExecutor(threads("answers"));
    private final ExecutorService files = Executors.newSingleThreadExecutor(threads("files"));
    private final ExecutorService changes = Executors.newSingleThreadExecutor(threads("changes"));
    private final ByteString incarnation = Proofs.nonce();
    private final MachineLoad load = MachineLoad.watch(answers);
    private Optional<Membership> membership = Optional.empty();

    private NodeService(NodeSettings settings, PartStore store) throws IOException {
        this.settings = settings;
        this.proofs = new Proofs(settings.system().identity());
        this.store = store;
        this.directory = new Directory(proofs, answers);
        HostOptions usual = HostOptions.of(settings.name(), settings.system().bindHost(), 0);
        this.host = StageHost.start(
                usual.withMaxHeldBytes(settings.tensorMemory().orElse(usual.maxHeldBytes())),
                directory,
                settings.system().identity().map(identity -> identity::context));
        this.held =
                new HeldParts(settings.name(), store, new PartsOpener(settings.isolation(), settings.threads()), host);
        this.orders = new Orders(settings.name(), proofs, settings.deployers(), store, held, InstantSource.system());
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
                reply.accept(refusal(
                        "this member uses version " + Wire.VERSION + " of the cluster's messages, the sender "
                                + message.getWire() + "; use the same release on all members",
                        false));
                return;
            }
            switch (message.getContentCase()) {
                case HELLO -> run(answers, reply, () -> greet(message.getHello()));
                case QUESTION ->
                    run(answers, reply, () -> state(message.getQuestion().getNonce()));
                case CHUNK -> run(files, reply, () -> store(message.getChunk()));
                case ORDER -> run(changes, reply, () -> follow(message.getOrder()));
                case FETCH -> run(files, reply, () -> fetch(message.getFetch()));
                case STATE_CHANGED -> directory.ask(message.getStateChanged().getName());
                default -> reply.accept(refusal("an unexpected message", false));
            }
        }

        @Override
        public void changed() {
            directory.changed();
            membership().ifPresent(Membership::note);
        }
    }

    /** Work that answers a message. */
    private interface Work {
        Envelope run() throws IOException;
    }

    private void run(ExecutorService thread, Consumer<Envelope> reply, Work work) {
        try {
            thread.execute(() -> reply.accept(answer(work)));
        } catch (RejectedExecutionException closing) {
            reply.accept(refusal("the node is closing", true));
        }
    }

    private Envelope answer(Work work) {
        try {
            return work.run();
        } catch (IOException | RuntimeException failed) {
            LOG.debug("{}: refused a message", settings.name(), failed);
            return refusal(String.valueOf(failed.getMessage()), false);
        }
    }

    private static Envelope refusal(String reason, boolean temporary) {
        return Envelope.newBuilder()
                .setWire(Wire.VERSION)
                .setRefusal(Refusal.newBuilder().setReason(reason).setTransient(temporary))
                .build();
    }

    private Envelope greet(Signed message) throws IOException {
        Hello hello;
        try {
            hello = Hello.parseFrom(message.getBody());
        } catch (InvalidProtocolBufferException malformed) {
            throw new IOException("a malformed message: " + malformed.getMessage(), malformed);
        }
        proofs.check(message, hello.getName());
        Optional<Membership> joined = membership();
        Optional<Refusal> refusal = joined.isPresent()
                ? NameCheck.refusal(hello, joined.get().system())
                : Optional.of(Refusal.newBuilder()
                        .setReason("it has not joined a cluster itself yet")
                        .setTransient(true)
                        .build());
        return refusal.isPresent()
                ? Envelope.newBuilder()
                        .setWire(Wire.VERSION)
                        .setRefusal(refusal.get())
                        .build()
                : state(hello.getNonce());
    }

    private Envelope state(ByteString nonce) throws IOException {
        NodeState.Builder state = NodeState.newBuilder()
                .setNonce(nonce)
                .setName(settings.name())
                .setKind(settings.kind())
                .putAllLabels(settings.labels())
                .setDataAddress(
                        new DataAddress(settings.system().host(), host.address().port()).toString())
                .setAgentUrl(settings.agentUrl())
                .setCores(Runtime.getRuntime().availableProcessors())
                .setMemoryBytes(MachineMemory.bytes())
                .setLibrary(ToolVersion.get())
                .addAllHeld(held.describe())
                .setHeldBytes(host.heldBytes())
                .setChallenge(orders.challenge());
        load.percent().ifPresent(state::setCpuLoadPercent);
        return Envelope.newBuilder()
                .setWire(Wire.VERSION)
                .setState(proofs.sign(state.build()))
                .build();
    }

    private Envelope store(Chunk chunk) throws IOException {
        long stored = store.append(chunk.getSha256(), chunk.getOffset(), chunk.getContent());
        return Envelope.newBuilder()
                .setWire(Wire.VERSION)
                .setChunkStored(
                        ChunkStored.newBuilder().setSha256(chunk.getSha256()).setStoredBytes(stored))
                .build();
    }

    private Envelope fetch(Fetch wanted) throws IOException {
        try (FileSource document = store.document(wanted.getDeployment(), wanted.getVersion(), wanted.getPlan())) {
            long offset = wanted.getOffset();
            if (offset < 0 || offset > document.size()) {
                throw new IOException(document.name() + " has no byte " + offset);
            }
            byte[] content = new byte[(int) Math.min(RemoteNode.CHUNK_BYTES, document.size() - offset)];
            int count = content.length == 0 ? 0 : document.read(offset, content, 0, content.length);
            return Envelope.newBuilder()
                    .setWire(Wire.VERSION)
                    .setFetched(Fetched.newBuilder()
                            .setTotalBytes(document.size())
                            .setContent(ByteString.copyFrom(content, 0, Math.max(0, count))))
                    .build();
        }
    }

    private Envelope follow(Signed order) throws IOException {
        try {
            return Envelope.newBuilder()
                    .setWire(Wire.VERSION)
                    .setDone(orders.follow(order))
                    .build();
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

    /** Leaves the cluster, and closes the parts. */
    @Override
    public void close() throws IOException {
        membership().ifPresent(Membership::close);
        changes.shutdown();
        files.shutdown();
        answers.shutdown();
        try (store) {
            held.close();
            host.close();
        }
    }
}
