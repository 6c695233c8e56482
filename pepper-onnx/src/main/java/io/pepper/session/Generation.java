package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.plan.Placement;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of one placement, and its unfinished requests. Thread-safe. */
final class Generation {
    private static final Logger LOG = LoggerFactory.getLogger(Generation.class);

    private final ModelSession session;
    private final Placement placement;
    private final Uses uses = new Uses();
    private final Object ending = new Object();

    private Generation(ModelSession session, Placement placement) {
        this.session = session;
        this.placement = placement;
    }

    ModelSession session() {
        return session;
    }

    Placement placement() {
        return placement;
    }

    /** Returns the count of unfinished requests. */
    Uses uses() {
        return uses;
    }

    /** Opens and tries the sessions of a placement. */
    static Generation open(AdaptiveSession.Opener opener, Placement placement, AdaptiveOptions options)
            throws IOException {
        ModelSession session = opened(opener, placement);
        try {
            options.trial().run(session);
            return new Generation(session, placement);
        } catch (Exception | Error failed) {
            try {
                session.close();
            } catch (IOException | RuntimeException | Error also) {
                failed.addSuppressed(also);
            }
            throw new IOException("the sessions of " + placement + " fail their trial: " + failed.getMessage(), failed);
        }
    }

    private static ModelSession opened(AdaptiveSession.Opener opener, Placement placement) throws IOException {
        try {
            return opener.open(placement);
        } catch (Error wrong) {
            throw new IOException("the sessions of " + placement + " cannot be opened: " + wrong, wrong);
        }
    }

    /** Submits a request, which can be repeated if the session can. */
    CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return session instanceof RepeatableSession repeatable
                ? repeatable.submitRepeatable(inputs)
                : session.submit(inputs);
    }

    /** Closes the sessions. A second caller waits until the first has closed them. */
    void end() {
        synchronized (ending) {
            try {
                session.close();
            } catch (IOException | RuntimeException | Error failed) {
                LOG.warn("the sessions of {} cannot be closed", placement, failed);
            }
        }
    }
}
