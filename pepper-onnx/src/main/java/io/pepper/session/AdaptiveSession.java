package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.session.internal.InOrder;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.nio.file.Path;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose placement adapts to the devices and links. It reads their states and the measured times of the
 * stages, plans again, prepares new sessions beside the old, and switches between two requests. The old sessions finish
 * their requests, and are closed. No request is lost, answered twice, or out of order. If the new sessions cannot be
 * opened, or fail their trial, the old ones continue, and the wait before the next attempt grows.
 *
 * <p>During a switch, both placements take memory. Thread-safe; it may be closed at any time.
 */
public final class AdaptiveSession implements ModelSession {
    private static final Logger LOG = LoggerFactory.getLogger(AdaptiveSession.class);
    private static final int MAX_DOUBLINGS = 6;

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
         * Opens a session. {@link #of} opens it from the model's file.
         *
         * @param placement the placement of the parts
         * @return a session with one stage per placed part, for the caller to close
         * @throws IOException if the session cannot be opened
         */
        ModelSession open(Placement placement) throws IOException;

        /**
         * Returns an opener that writes the parts of a placement to a directory of their own, opens them, and deletes
         * them when the session closes. It is thread-safe.
         *
         * @param model the model, which must stay open while placements are opened
         * @param segments its segments
         * @param directory the parent of the directories of the placements
         * @param open opens the parts in a directory
         * @return the opener
         */
        static Opener of(OnnxModel model, ModelSegments segments, Path directory, PartsOpener open) {
            return new PlacementOpener(model, segments, directory, open);
        }
    }

    /** Opens the parts in a directory. */
    @FunctionalInterface
    public interface PartsOpener {
        /**
         * Opens the parts in a directory. Its {@code plan.json} gives the device of each part.
         *
         * @param parts the directory of the parts
         * @return a session, for the caller to close
         * @throws IOException if the parts cannot be opened
         */
        ModelSession open(Path parts) throws IOException;
    }

    /** The sessions of one placement, and its unfinished requests. */
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
            LOG.debug("searches for a better placement every {}: {}", interval, looks);
            return thread;
        });
    }

    /**
     * Opens the current placement of a replanner, and starts to adapt it.
     *
     * @param monitor the replanner, which from now on belongs to this session
     * @param opener opens the session of a placement
     * @param options when and how to look for a better placement
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
     * Returns the placement that answers new requests.
     *
     * @return the placement, with its costs at planning time
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

    /** Enters the newest generation. A generation that ends is replaced before it refuses. */
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
            LOG.warn("the search for a better placement failed", failed);
        }
    }

    /**
     * Looks once for a better placement, and moves there. On return, new requests are answered there; the old sessions
     * may still be finishing their requests.
     *
     * @return whether the session moved
     */
    public boolean adapt() {
        synchronized (planning) {
            if (uses.isClosed()) {
                return false;
            }
            Generation now = current;
            corrections.update(monitor, now.placement, now.session.metrics());
            Optional<Replanner.Proposal> proposal =
                    monitor.update(read(options.states(), "devices"), read(options.links(), "links"), Instant.now());
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

    private static <T> List<T> read(Supplier<? extends Collection<T>> source, String what) {
        try {
            return List.copyOf(source.get());
        } catch (RuntimeException | Error unreadable) {
            LOG.warn("the states of the {} cannot be read", what, unreadable);
            return List.of();
        }
    }

    private boolean moves(Placement placement) {
        long begin = System.nanoTime();
        ModelSession session;
        try {
            session = prepare(opener, placement, options);
        } catch (IOException | RuntimeException failed) {
            failedMoves = Math.min(failedMoves + 1, MAX_DOUBLINGS);
            looksToSkip = 1 << failedMoves;
            LOG.warn("stays on {}: {} cannot be opened", current.placement, placement, failed);
            StageMeter.notifyListener(() -> options.listener().moveFailed(failed));
            return false;
        }
        failedMoves = 0;
        Generation old = current;
        current = new Generation(session, placement, new Uses());
        corrections.restart();
        retire(old);
        long nanos = System.nanoTime() - begin;
        LOG.info("moved to {} within {} ms", placement, TimeUnit.NANOSECONDS.toMillis(nanos));
        StageMeter.notifyListener(() -> options.listener().moved(placement, nanos));
        return true;
    }

    /** Lets a generation finish its requests, without anyone waiting for it. */
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

    /** Closes the sessions of a generation. A second caller waits until the first has closed them. */
    private static void end(Generation old) {
        synchronized (old) {
            try {
                old.session.close();
            } catch (IOException | RuntimeException | Error failed) {
                LOG.warn("the sessions of {} cannot be closed", old.placement, failed);
            }
        }
    }

    /** Returns the metrics of the current placement's stages since it took over. */
    @Override
    public List<StageMetrics> metrics() {
        return current.session.metrics();
    }

    /**
     * Returns the correction of the predictions for a device.
     *
     * @param device a device's name
     * @return the ratio of measured to predicted time
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
