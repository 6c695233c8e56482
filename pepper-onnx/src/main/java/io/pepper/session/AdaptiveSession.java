package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.session.internal.InOrder;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session whose placement adapts to the devices and links. It reads their states and the measured times of the
 * stages, plans again, prepares new sessions beside the old, and switches between two requests. The old sessions finish
 * their requests, and are closed. No request is lost, answered twice, or out of order. If the new sessions cannot be
 * opened, or fail their trial, the old ones continue, and the wait before the next attempt grows. The session leaves a
 * device that is {@linkplain AdaptiveOptions#withAbsent absent} at once, and sends its unanswered requests again.
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
    private final Repetitions repetitions = new Repetitions();
    private volatile @Nullable Generation triedAfterLoss;
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

    private AdaptiveSession(Replanner monitor, Opener opener, Generation first, AdaptiveOptions options) {
        this.monitor = monitor;
        this.opener = opener;
        this.options = options;
        this.corrections = new Corrections(options);
        this.current = first;
        this.looking = options.interval().map(interval -> Looks.every(interval, this::look));
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
        return new AdaptiveSession(monitor, opener, Generation.open(opener, monitor.current(), options), options);
    }

    /**
     * Returns the placement that answers new requests.
     *
     * @return the placement, with its costs at planning time
     */
    public Placement placement() {
        return current.placement();
    }

    @Override
    public List<TensorInfo> inputs() {
        return current.session().inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return current.session().outputs();
    }

    /** Enters the newest generation. A generation that ends is replaced before it refuses. */
    private Generation enter() {
        while (true) {
            if (uses.isClosed()) {
                throw new IllegalStateException("the session is closed");
            }
            Generation newest = current;
            if (newest.uses().enter()) {
                return newest;
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Generation used = enter();
            try {
                return used.session().run(inputs);
            } catch (StageException failed) {
                if (!isRepeatable(used, failed, attempt)) {
                    throw failed;
                }
            } catch (IllegalStateException ended) {
                requireLeft(used, ended);
            } finally {
                used.uses().exit();
            }
        }
    }

    /** Passes an exception on, unless it comes from a generation that ended because the session moved. */
    private void requireLeft(Generation used, IllegalStateException ended) {
        if (current == used || uses.isClosed() || !(used.session() instanceof RepeatableSession)) {
            throw ended;
        }
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        Generation used = enter();
        long number = order.number();
        CompletableFuture<RunOutputs> ordered = new CompletableFuture<>();
        try {
            send(used, inputs, number, ordered, 1);
        } catch (IOException | RuntimeException | Error refused) {
            order.done(number, () -> {});
            throw refused;
        }
        return ordered;
    }

    /** Sends a request to a generation that was entered, or to a newer one if that ends meanwhile. */
    private void send(
            Generation entered,
            Map<String, ? extends OnnxTensorLike> inputs,
            long number,
            CompletableFuture<RunOutputs> ordered,
            int attempt)
            throws IOException {
        Generation last = entered;
        CompletableFuture<RunOutputs> answer = null;
        while (answer == null) {
            try {
                answer = last.submit(inputs);
            } catch (IllegalStateException ended) {
                last.uses().exit();
                requireLeft(last, ended);
                last = enter();
            } catch (IOException | RuntimeException | Error refused) {
                last.uses().exit();
                throw refused;
            }
        }
        Generation used = last;
        CompletableFuture<RunOutputs> sent = answer;
        Futures.onCancel(ordered, () -> sent.cancel(true));
        Futures.whenDone(sent, (outputs, failed) -> {
            used.uses().exit();
            if (failed instanceof StageException lost && Repetitions.areInputsBack(used.session(), lost)) {
                repetitions.run(
                        () -> again(used, inputs, number, ordered, attempt, lost),
                        () -> giveUp(inputs, number, ordered, lost));
            } else {
                order.done(number, () -> Futures.complete(ordered, outputs, failed));
            }
        });
    }

    /** Sends a request again whose devices were lost. */
    private void again(
            Generation used,
            Map<String, ? extends OnnxTensorLike> inputs,
            long number,
            CompletableFuture<RunOutputs> ordered,
            int attempt,
            StageException lost) {
        try {
            if (ordered.isDone() || !isRepeatable(used, lost, attempt)) {
                giveUp(inputs, number, ordered, lost);
                return;
            }
            send(enter(), inputs, number, ordered, attempt + 1);
        } catch (IOException | RuntimeException | Error refused) {
            giveUp(inputs, number, ordered, refused);
        }
    }

    private void giveUp(
            Map<String, ? extends OnnxTensorLike> inputs,
            long number,
            CompletableFuture<RunOutputs> ordered,
            Throwable why) {
        PartOutputs.close(inputs.values());
        order.done(number, () -> Futures.complete(ordered, null, why));
    }

    /** Returns whether a failed request can run on another generation, after a search for a placement without the loss. */
    private boolean isRepeatable(Generation used, StageException failed, int attempt) {
        if (attempt >= Repetitions.MAX_ATTEMPTS
                || !Repetitions.areInputsBack(used.session(), failed)
                || uses.isClosed()) {
            return false;
        }
        synchronized (repetitions) {
            if (current == used && triedAfterLoss != used) {
                triedAfterLoss = used;
                adapt();
            }
        }
        return current != used;
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
            corrections.update(monitor, now.session().metrics(), now.session().hops());
            Set<String> absent = Set.copyOf(options.read(options.absent(), "absent devices"));
            Optional<Replanner.Proposal> proposal = monitor.update(
                    options.read(options.states(), "states of the devices"),
                    options.read(options.links(), "states of the links"),
                    absent,
                    Instant.now());
            if (proposal.isEmpty()) {
                return false;
            }
            boolean isBroken = now.placement().parts().stream()
                    .anyMatch(part -> absent.contains(part.device().name()));
            if (looksToSkip > 0 && !isBroken) {
                looksToSkip--;
                return false;
            }
            boolean moved = moves(proposal.get().placement());
            if (moved) {
                monitor.accept(proposal.get());
                if (isBroken && now.session() instanceof RepeatableSession) {
                    now.end(); // What it has not answered is sent again.
                }
            }
            return moved;
        }
    }

    private boolean moves(Placement placement) {
        long begin = System.nanoTime();
        Generation next;
        try {
            next = Generation.open(opener, placement, options);
        } catch (IOException | RuntimeException failed) {
            failedMoves = Math.min(failedMoves + 1, MAX_DOUBLINGS);
            looksToSkip = 1 << failedMoves;
            LOG.warn("stays on {}: {} cannot be opened", current.placement(), placement, failed);
            StageMeter.notifyListener(() -> options.listener().moveFailed(failed));
            return false;
        }
        failedMoves = 0;
        Generation old = current;
        current = next;
        corrections.restart();
        retire(old);
        long nanos = System.nanoTime() - begin;
        LOG.info("moved to {} within {} ms", placement, nanos / 1_000_000);
        StageMeter.notifyListener(() -> options.listener().moved(placement, nanos));
        return true;
    }

    /** Lets a generation finish its requests, without anyone waiting for it. */
    private void retire(Generation old) {
        retiring.add(old);
        Thread ending = new Thread(
                () -> {
                    old.uses().close();
                    old.end();
                    retiring.remove(old);
                },
                "pepper-retire");
        ending.setDaemon(true);
        ending.start();
    }

    /** Returns the metrics of the ways of the current placement since it took over. */
    @Override
    public List<HopMetrics> hops() {
        return current.session().hops();
    }

    /** Returns the metrics of the current placement's stages since it took over. */
    @Override
    public List<StageMetrics> metrics() {
        return current.session().metrics();
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
        if (!first) {
            synchronized (planning) {
                return;
            }
        }
        Generation last;
        synchronized (planning) {
            retiring.forEach(Generation::end);
            last = current;
        }
        try {
            last.session().close();
        } finally {
            last.uses().close();
            repetitions.close();
            order.close();
        }
    }
}
