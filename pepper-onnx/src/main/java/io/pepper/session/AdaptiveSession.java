package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.cluster.DeviceState;
import io.pepper.model.TensorInfo;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model whose placement follows what happens: it looks at the states of the devices and at what the stages really take, plans anew,
 * prepares new sessions beside the old, and changes over between two requests. The old sessions end what they have begun, and are
 * closed. No request is lost, answered twice, or out of order. If the new sessions cannot be opened, or fail their trial, the
 * old ones go on, and the next try waits longer and longer.
 *
 * <p>While it changes over, both placements take memory. Thread-safe; it may be closed at any time.
 */
public final class AdaptiveSession implements ModelSession {
    private static final Logger LOG = LoggerFactory.getLogger(AdaptiveSession.class);
    private static final int MOST_DOUBLINGS = 6;

    private final Replanner monitor;
    private final Opener opener;
    private final AdaptiveOptions options;
    private final Corrections corrections;
    private volatile Generation current;
    private final Set<Generation> retiring = ConcurrentHashMap.newKeySet();
    private final InOrder order = new InOrder("pepper-adaptive");
    private final Uses uses = new Uses();
    private final Optional<ScheduledExecutorService> looking;
    private final Object planning = new Object();
    private int failedMoves;
    private int looksToSkip;

    /** Opens the sessions of a placement. */
    @FunctionalInterface
    public interface Opener {
        /**
         * Opens a session; {@link DeployedSessions} does so from the model's file.
         *
         * @param placement where the parts run
         * @return a session with one stage for each of the placement's, for the caller to close
         * @throws IOException if it cannot
         */
        ModelSession open(Placement placement) throws IOException;
    }

    /** Sessions of one placement, and the requests that they have begun. */
    private record Generation(ModelSession session, Placement placement, Uses uses) {}

    private AdaptiveSession(Replanner monitor, Opener opener, Generation first, AdaptiveOptions options) {
        this.monitor = monitor;
        this.opener = opener;
        this.options = options;
        this.corrections = new Corrections(options);
        this.current = first;
        this.looking = options.interval().map(interval -> {
            ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
                Thread daemon = new Thread(task, "pepper-adapt");
                daemon.setDaemon(true);
                return daemon;
            });
            ScheduledFuture<?> looks = thread.scheduleWithFixedDelay(
                    this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
            LOG.debug("looks for a better placement each {}: {}", interval, looks);
            return thread;
        });
    }

    /**
     * Opens the placement that a monitor has, and watches from then on.
     *
     * @param monitor plans; from now on it is this session's alone
     * @param opener opens placements
     * @param options when and how to look for a better one
     * @return a session, for the caller to close
     * @throws IOException if the first placement cannot be opened, or fails its trial
     */
    public static AdaptiveSession open(Replanner monitor, Opener opener, AdaptiveOptions options) throws IOException {
        Placement placement = monitor.current();
        ModelSession session = prepare(opener, placement, options);
        return new AdaptiveSession(monitor, opener, new Generation(session, placement, new Uses()), options);
    }

    private static ModelSession prepare(Opener opener, Placement placement, AdaptiveOptions options)
            throws IOException {
        ModelSession session = opened(opener, placement);
        try {
            options.trial().run(session);
            return session;
        } catch (Exception | Error failed) {
            try {
                session.close();
            } catch (IOException | RuntimeException | Error also) {
                failed.addSuppressed(also);
            }
            throw new IOException("the sessions of " + placement + " fail their trial: " + failed.getMessage(), failed);
        }
    }

    private static ModelSession opened(Opener opener, Placement placement) throws IOException {
        try {
            return opener.open(placement);
        } catch (Error wrong) {
            throw new IOException("the sessions of " + placement + " cannot be opened: " + wrong, wrong);
        }
    }

    /**
     * The placement that answers new requests.
     *
     * @return at what it cost when it was planned
     */
    public Placement placement() {
        return current.placement;
    }

    @Override
    public List<TensorInfo> inputs() {
        return current.session.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return current.session.outputs();
    }

    /** Begins a use of the newest sessions: those that end are left behind before they refuse. */
    private Generation enter() {
        while (true) {
            if (uses.isClosed()) {
                throw new IllegalStateException("the session is closed");
            }
            Generation newest = current;
            if (newest.uses.enter()) {
                return newest;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        Generation used = enter();
        try {
            return used.session.run(inputs);
        } finally {
            used.uses.exit();
        }
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        Generation used = enter();
        long number = order.number();
        CompletableFuture<RunOutputs> answer;
        try {
            answer = used.session.submit(inputs);
        } catch (IOException | RuntimeException | Error refused) {
            order.done(number, () -> {});
            used.uses.exit();
            throw refused;
        }
        CompletableFuture<RunOutputs> ordered = new CompletableFuture<>();
        Futures.onCancel(ordered, () -> answer.cancel(true));
        Futures.whenDone(answer, (outputs, failed) -> {
            used.uses.exit();
            order.done(number, () -> Futures.complete(ordered, outputs, failed));
        });
        return ordered;
    }

    private void look() {
        try {
            adapt();
        } catch (RuntimeException | Error failed) { // Else nobody would ever look again.
            LOG.warn("looking for a better placement failed", failed);
        }
    }

    /**
     * Looks once whether there is a better placement, and moves there. It returns when new requests are answered there; the old
     * sessions may then still be ending what they have begun.
     *
     * @return whether it moved
     */
    public boolean adapt() {
        synchronized (planning) {
            if (uses.isClosed()) {
                return false;
            }
            Generation now = current;
            corrections.update(monitor, now.placement, now.session.metrics());
            Optional<Replanner.Proposal> proposal = monitor.update(states(), Instant.now());
            if (proposal.isEmpty()) {
                return false;
            }
            if (looksToSkip > 0) {
                looksToSkip--;
                return false;
            }
            boolean moved = moves(proposal.get().placement());
            if (moved) {
                monitor.accept(proposal.get());
            }
            return moved;
        }
    }

    private Collection<DeviceState> states() {
        try {
            return List.copyOf(options.states().get());
        } catch (RuntimeException | Error unreadable) {
            LOG.warn("the states of the devices cannot be read", unreadable);
            return List.of();
        }
    }

    private boolean moves(Placement placement) {
        long begin = System.nanoTime();
        ModelSession session;
        try {
            session = prepare(opener, placement, options);
        } catch (IOException | RuntimeException failed) {
            failedMoves = Math.min(failedMoves + 1, MOST_DOUBLINGS);
            looksToSkip = 1 << failedMoves;
            LOG.warn("stays on {}: {} cannot be opened", current.placement, placement, failed);
            StageMeter.tell(() -> options.listener().stayed(failed));
            return false;
        }
        failedMoves = 0;
        Generation old = current;
        current = new Generation(session, placement, new Uses());
        corrections.restart();
        retire(old);
        long nanos = System.nanoTime() - begin;
        LOG.info("moved to {} within {} ms", placement, TimeUnit.NANOSECONDS.toMillis(nanos));
        StageMeter.tell(() -> options.listener().moved(placement, nanos));
        return true;
    }

    /** Lets it end what it has begun, without anybody waiting. */
    private void retire(Generation old) {
        retiring.add(old);
        Thread ending = new Thread(
                () -> {
                    old.uses.close();
                    end(old);
                    retiring.remove(old);
                },
                "pepper-retire");
        ending.setDaemon(true);
        ending.start();
    }

    private static void end(Generation old) {
        try {
            old.session.close();
        } catch (IOException | RuntimeException | Error failed) {
            LOG.warn("the sessions of {} cannot be closed", old.placement, failed);
        }
    }

    /** The stages of the placement that answers new requests, since it does. */
    @Override
    public List<StageMetrics> metrics() {
        return current.session.metrics();
    }

    /**
     * By how much predictions are corrected.
     *
     * @param device a device's name
     * @return by how much its parts take longer than predicted
     * @throws IllegalArgumentException if there is no such device
     */
    public double correction(String device) {
        synchronized (planning) {
            return monitor.correction(device);
        }
    }

    @Override
    public void close() throws IOException {
        boolean first = uses.refuse();
        looking.ifPresent(ScheduledExecutorService::shutdownNow);
        synchronized (planning) {
            if (!first) {
                return;
            }
            retiring.forEach(AdaptiveSession::end);
            Generation last = current;
            try {
                last.session.close();
            } finally {
                last.uses.close();
                order.close();
            }
        }
    }
}
