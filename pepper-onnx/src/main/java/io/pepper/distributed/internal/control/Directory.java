package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.distributed.internal.control.ClusterSystem.Peer;
import io.pepper.distributed.internal.flow.DataAddress;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.HeldDeployment;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of a cluster and what they told about themselves. It asks each new node, and each node that reports a
 * change. A node that does not prove its name is not listed. Thread-safe.
 */
public final class Directory implements Members {
    private static final Logger LOG = LoggerFactory.getLogger(Directory.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 500;
    private static final int MAX_PARTS = 10_000;
    private static final double MAX_PERCENT = 100;

    private final Proofs proofs;
    private final ScheduledExecutorService worker;
    private final Map<String, Known> nodes = new TreeMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private Optional<ClusterSystem> system = Optional.empty();

    /**
     * A node.
     *
     * @param peer its membership
     * @param state what it told; empty until it answers
     */
    public record Known(Peer peer, Optional<NodeState> state) {
        private boolean isAlive() {
            return peer.reachable() && peer.up();
        }

        private boolean isSame(Known other) {
            return peer.uid() == other.peer().uid();
        }
    }

    Directory(Proofs proofs, ScheduledExecutorService worker) {
        this.proofs = proofs;
        this.worker = worker;
        // Pekko's view of the members may follow its events.
        Future<?> unused =
                worker.scheduleWithFixedDelay(this::updateSafely, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void updateSafely() {
        try {
            update();
        } catch (RuntimeException failed) {
            LOG.warn("the members cannot be read", failed);
        }
    }

    /** Does work on the worker, unless this member is closing. */
    private void later(Runnable work) {
        try {
            worker.execute(work);
        } catch (RejectedExecutionException closing) {
            LOG.debug("a change came during the end", closing);
        }
    }

    /** Uses another actor system, after a rejoin. */
    synchronized void use(ClusterSystem next) {
        system = Optional.of(next);
        update();
    }

    /** Reads the membership again, soon. */
    void changed() {
        later(this::updateSafely);
    }

    private synchronized void update() {
        Map<String, Known> now = new TreeMap<>();
        for (Peer peer : system.map(ClusterSystem::peers).orElse(List.of())) {
            peer.device()
                    .filter(name -> peer.isNode())
                    .ifPresent(name -> now.putIfAbsent(name, new Known(peer, state(name, peer))));
        }
        Set<String> names = new HashSet<>(nodes.keySet());
        names.addAll(now.keySet());
        Map<String, Known> before = new TreeMap<>(nodes);
        nodes.clear();
        nodes.putAll(now);
        for (String name : names) {
            report(name, Optional.ofNullable(before.get(name)), Optional.ofNullable(now.get(name)));
        }
    }

    private Optional<NodeState> state(String name, Peer peer) {
        Known known = nodes.get(name);
        return known != null && known.peer().uid() == peer.uid() ? known.state() : Optional.empty();
    }

    private void report(String name, Optional<Known> before, Optional<Known> now) {
        boolean was = before.filter(Known::isAlive).isPresent();
        boolean is = now.filter(Known::isAlive).isPresent();
        boolean other = was && is && !before.get().isSame(now.get());
        if (was && (!is || other)) {
            tell(listener -> listener.lost(name));
        }
        if (is && (!was || other)) {
            ask(name);
        }
    }

    private void tell(java.util.function.Consumer<Listener> event) {
        later(() -> listeners.forEach(listener -> {
            try {
                event.accept(listener);
            } catch (RuntimeException failed) {
                LOG.warn("a listener failed", failed);
            }
        }));
    }

    /** Asks a node again, for instance because what it serves has changed. */
    synchronized void ask(String name) {
        Known known = nodes.get(name);
        if (known == null || system.isEmpty()) {
            return;
        }
        Future<?> unused = request(known.peer().address(), name).whenComplete((state, failed) -> {
            if (state != null) {
                learned(name, known.peer(), state);
            } else {
                retry(name, known.peer(), failed);
            }
        });
    }

    private synchronized void learned(String name, Peer peer, NodeState state) {
        Known known = nodes.get(name);
        if (known != null && known.peer().uid() == peer.uid()) {
            nodes.put(name, new Known(known.peer(), Optional.of(state)));
            if (known.isAlive()) {
                tell(listener -> listener.back(name));
            }
        }
    }

    private synchronized void retry(String name, Peer peer, Throwable failed) {
        Known known = nodes.get(name);
        if (known != null && known.peer().uid() == peer.uid() && known.isAlive()) {
            LOG.debug("the node {} does not tell its state", name, failed);
            Future<?> unused = worker.schedule(() -> ask(name), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Asks a node for its state, and checks the proof of its name.
     *
     * @param address its address
     * @param name its device name
     * @return the state
     */
    CompletableFuture<NodeState> request(String address, String name) {
        ByteString nonce = Proofs.nonce();
        Envelope question = Envelope.newBuilder()
                .setQuestion(Question.newBuilder().setNonce(nonce))
                .build();
        ClusterSystem asked;
        synchronized (this) {
            if (system.isEmpty()) {
                return CompletableFuture.failedFuture(new IOException("this member is not in a cluster"));
            }
            asked = system.get();
        }
        return asked.ask(address, question, PATIENCE).thenApply(answer -> {
            try {
                return checked(answer, nonce, name);
            } catch (IOException refused) {
                LOG.warn("the node {} at {} is ignored: {}", name, address, refused.getMessage());
                throw new CompletionException(refused);
            }
        });
    }

    private static boolean hasImpossibleCounts(HeldDeployment held) {
        return held.getMeasuresList().stream()
                .anyMatch(counts -> !held.getPartsList().contains(counts.getPart())
                        || counts.getAllFields().values().stream()
                                .anyMatch(value -> value instanceof Number number && number.longValue() < 0)
                        || counts.getRecentRuns() > counts.getRuns()
                        || counts.getRecentWires() > counts.getWires());
    }

    private NodeState checked(Envelope answer, ByteString nonce, String name) throws IOException {
        if (!answer.hasState()) {
            throw new IOException(answer.hasRefusal() ? answer.getRefusal().getReason() : "no state in the answer");
        }
        try {
            NodeState state = NodeState.parseFrom(answer.getState().getBody());
            proofs.check(answer.getState(), state.getName());
            if (!state.getNonce().equals(nonce) || !state.getName().equals(name)) {
                throw new IOException("its state is of '" + state.getName() + "', or of another question");
            }
            if (state.getHeldList().stream()
                    .anyMatch(held -> held.getTotalParts() < 0 || held.getTotalParts() > MAX_PARTS)) {
                throw new IOException("it states more than " + MAX_PARTS + " parts");
            }
            if (state.getHeldList().stream().anyMatch(Directory::hasImpossibleCounts)
                    || !(state.getCpuLoadPercent() >= 0 && state.getCpuLoadPercent() <= MAX_PERCENT)
                    || state.getHeldBytes() < 0) {
                throw new IOException("it states counts or a load that cannot be");
            }
            if (!state.getDataAddress().isEmpty()) {
                DataAddress.parse(state.getDataAddress());
            }
            return state;
        } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
            throw new IOException("its state is malformed: " + malformed.getMessage(), malformed);
        }
    }

    /**
     * Returns the nodes that prove their names, and those that have not answered yet.
     *
     * @return nodes by device name
     */
    public synchronized Map<String, Known> nodes() {
        return new TreeMap<>(nodes);
    }

    /** Asks all reachable nodes for their states, and waits for the answers for a limited time. */
    void refresh() throws InterruptedException {
        List<CompletableFuture<?>> asked = new ArrayList<>();
        nodes().forEach((name, known) -> {
            if (known.isAlive()) {
                asked.add(request(known.peer().address(), name)
                        .thenAccept(state -> learned(name, known.peer(), state))
                        .exceptionally(silent -> null));
            }
        });
        try {
            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public synchronized Optional<DataAddress> address(String device) {
        return Optional.ofNullable(nodes.get(device))
                .filter(Known::isAlive)
                .flatMap(Known::state)
                .filter(state -> !state.getDataAddress().isEmpty())
                .map(state -> DataAddress.parse(state.getDataAddress()));
    }

    /** Reads the lists of the nodes: the planned device is the one that the deployment names first. */
    @Override
    public synchronized List<String> holders(String deployment, String version, int part) {
        List<String> planned = new ArrayList<>();
        List<String> spares = new ArrayList<>();
        nodes.forEach((name, known) -> {
            for (HeldDeployment held : known.state().map(NodeState::getHeldList).orElse(List.of())) {
                boolean holds = held.getName().equals(deployment)
                        && held.getVersion().equals(version)
                        && held.getReady()
                        && held.getPartsList().contains(part);
                if (holds && known.isAlive()) {
                    (held.getPlannedList().contains(part) ? planned : spares).add(name);
                }
            }
        });
        planned.addAll(spares);
        return planned;
    }

    @Override
    public Registration listen(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
