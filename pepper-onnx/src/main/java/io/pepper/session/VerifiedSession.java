package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.internal.Answers;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.session.internal.ModelFiles;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that checks a plan while it runs. {@code SplitVerifier} checks beforehand, on random inputs; this session
 * checks a sample of the real requests. For a sampled request, the whole model runs too, on the calling thread, and the
 * answers are compared. The caller gets the plan's answer. Other requests cost nothing extra. Thread-safe.
 *
 * <pre>{@code
 * try (VerifiedSession session = VerifiedSession.of(
 *         PartitionedSession.open(parts), model, SamplingOptions.DEFAULTS.withShare(0.01))) {
 *     serve(session);
 *     System.out.println(session.report());
 * }
 * }</pre>
 */
public final class VerifiedSession implements ModelSession {
    private static final Logger LOG = LoggerFactory.getLogger(VerifiedSession.class);

    private final ModelSession session;
    private final OrtSession whole;
    private final String name;
    private final SamplingOptions options;
    private final Random random;
    private final Uses uses = new Uses();
    private long requests;
    private long checked;
    private long unchecked;
    private long identical;
    private long within;
    private double largestAbsolute;
    private double largestRelative;

    private VerifiedSession(ModelSession session, OrtSession whole, String name, SamplingOptions options) {
        this.session = session;
        this.whole = whole;
        this.name = name;
        this.options = options;
        this.random = new Random(options.seed());
    }

    /**
     * Creates a session that checks another one.
     *
     * @param session the session to check; closed with this one, but not if this throws
     * @param model the file of the whole model
     * @param options how to check
     * @return a session that answers as the other does
     * @throws IOException if the whole model cannot be opened
     */
    public static VerifiedSession of(ModelSession session, Path model, SamplingOptions options) throws IOException {
        OrtSession whole = Sessions.open(
                ModelFiles.refuseCostly(
                                model,
                                ReadOptions.DEFAULTS,
                                options.stages().settings().optimization())
                        .source(),
                options.stages().settings());
        return new VerifiedSession(session, whole, model.toString(), options);
    }

    /**
     * Returns the findings so far.
     *
     * @return counts and differences
     */
    public synchronized Report report() {
        return new Report(requests, checked, unchecked, identical, within, largestAbsolute, largestRelative);
    }

    private synchronized boolean isSampled() {
        requests++;
        return random.nextDouble() < options.share();
    }

    @Override
    public List<TensorInfo> inputs() {
        return session.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return session.outputs();
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        Optional<Answers> expected = expected(inputs);
        RunOutputs outputs = session.run(inputs);
        expected.ifPresent(answers -> compare(answers, outputs));
        return outputs;
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        Optional<Answers> expected = expected(inputs);
        CompletableFuture<RunOutputs> future = session.submit(inputs);
        if (expected.isEmpty()) {
            return future;
        }
        CompletableFuture<RunOutputs> compared = new CompletableFuture<>();
        Futures.onCancel(compared, () -> future.cancel(true));
        Futures.whenDone(future, (outputs, failed) -> {
            try {
                if (outputs != null) {
                    compare(expected.get(), outputs);
                }
            } finally {
                Futures.complete(compared, outputs, failed);
            }
        });
        return compared;
    }

    /** Returns the whole model's answer, if this request is sampled. */
    private Optional<Answers> expected(Map<String, ? extends OnnxTensorLike> inputs) {
        if (!isSampled() || !uses.enter()) {
            return Optional.empty();
        }
        try {
            Map<String, OnnxValue> values = Sessions.run(
                    name, whole, inputs, new LinkedHashSet<>(StageOpener.names(outputs())), Optional.empty());
            try {
                return Optional.of(Answers.of(values));
            } finally {
                PartOutputs.close(values.values());
            }
        } catch (IOException | OrtException | RuntimeException failed) {
            LOG.warn("{} failed for a sampled request", name, failed);
            synchronized (this) {
                unchecked++;
            }
            return Optional.empty();
        } finally {
            uses.exit();
        }
    }

    private void compare(Answers expected, RunOutputs outputs) {
        Answers.Comparison found;
        try {
            found = expected.compare(outputs.values(), options.absoluteTolerance(), options.relativeTolerance());
        } catch (OrtException | RuntimeException unreadable) {
            LOG.warn("an output cannot be compared with that of {}", name, unreadable);
            synchronized (this) {
                unchecked++;
            }
            return;
        }
        boolean right = found.identical() || found.within();
        synchronized (this) {
            checked++;
            identical += found.identical() ? 1 : 0;
            within += right ? 1 : 0;
            largestAbsolute = Math.max(largestAbsolute, found.absolute());
            largestRelative = Math.max(largestRelative, found.relative());
        }
        if (!right) {
            String what = "output " + found.output() + " differs from that of " + name + " by " + found.absolute()
                    + ", relative " + found.relative();
            LOG.warn("{}", what);
            StageMeter.notifyListener(() -> options.listener().differed(what));
        }
    }

    @Override
    public List<StageMetrics> metrics() {
        return session.metrics();
    }

    @Override
    public void close() throws IOException {
        boolean first = uses.close();
        try {
            session.close();
        } finally {
            if (first) {
                closeWhole();
            }
        }
    }

    private void closeWhole() throws IOException {
        try {
            whole.close();
        } catch (OrtException failed) {
            throw new IOException(name + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * The findings about a running plan so far.
     *
     * @param requests the number of requests
     * @param checked the number of requests compared with the whole model
     * @param unchecked the number of sampled requests that the whole model could not answer
     * @param identical the number of bit-identical answers
     * @param within the number of answers within the tolerance
     * @param largestAbsolute the largest absolute difference of an element
     * @param largestRelative the largest relative difference of an element
     */
    public record Report(
            long requests,
            long checked,
            long unchecked,
            long identical,
            long within,
            double largestAbsolute,
            double largestRelative) {
        /**
         * Returns whether no check failed.
         *
         * @return whether every checked answer was within the tolerance
         */
        public boolean passed() {
            return within == checked;
        }
    }
}
