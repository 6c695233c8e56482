package io.pepper.session;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.internal.Uses;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The open stages of a session, with everything that runs, measures and closes them. Thread-safe. */
final class StageSet {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String model;
    private final String name = "pepper-" + Integer.toHexString(COUNT.incrementAndGet()) + "-";
    private final List<Stage> stages;
    private final Wiring wiring;
    private final SessionOptions options;
    private final List<StageRunner> runners = new ArrayList<>();
    private final ExecutorService threads;
    private final Uses uses = new Uses();
    private final Cancellation closing = new Cancellation();

    private StageSet(String model, List<Stage> stages, Wiring wiring, SessionOptions options) {
        this.model = model;
        this.stages = List.copyOf(stages);
        this.wiring = wiring;
        this.options = options;
        this.threads = Executors.newCachedThreadPool(threadsNamed(name + "c"));
        for (int part = 0; part < stages.size(); part++) {
            Wiring.Part described = wiring.parts().get(part);
            StageMeter meter = new StageMeter(described.name(), options.listener());
            runners.add(new StageRunner(part, stages.get(part), described, options.failures(), meter, threads));
        }
    }

    /** Takes over stages, which are also closed if they do not fit together. */
    static StageSet of(PartitionManifest manifest, List<Stage> stages, SessionOptions options) throws IOException {
        try {
            return new StageSet(
                    manifest.modelName(),
                    stages,
                    StageOpener.wiring(PartitionManifest.FILE_NAME, manifest, stages),
                    options);
        } catch (IOException | RuntimeException | Error failed) {
            StageOpener.closeAll(stages, failed);
            throw failed;
        }
    }

    private static ThreadFactory threadsNamed(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    Wiring wiring() {
        return wiring;
    }

    SessionOptions options() {
        return options;
    }

    /** Returns the prefix of its threads' names. */
    String name() {
        return name;
    }

    StageRunner runner(int part) {
        return runners.get(part);
    }

    ExecutorService threads() {
        return threads;
    }

    /** Returns the cancellation that is requested when the session closes. */
    Cancellation closing() {
        return closing;
    }

    void enter() {
        if (!uses.enter()) {
            throw new IllegalStateException(model + ": the session is closed");
        }
    }

    void exit() {
        uses.exit();
    }

    void answered(long nanos) {
        StageMeter.notifyListener(() -> options.listener().answered(nanos));
    }

    /** Returns a failure, converted if closing the session caused it. */
    StageException closedOr(StageException failed) {
        return closing.isRequested() && failed.kind() == StageException.Kind.CANCELLED
                ? new StageException(StageException.Kind.CLOSED, failed.stage(), "the session was closed", failed)
                : failed;
    }

    /** Returns whether the fall-back is asked after a failure. */
    boolean hasFallback(StageException failed) {
        return options.failures().fallback().isPresent()
                && failed.kind() != StageException.Kind.CANCELLED
                && failed.kind() != StageException.Kind.CLOSED;
    }

    void failed(StageException failed) {
        boolean fallback = hasFallback(failed);
        StageMeter.notifyListener(() -> options.listener().failed(failed, fallback));
    }

    /** Asks the fall-back, or throws the failure. */
    RunOutputs fallback(StageException failed, Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        failed(failed);
        if (!hasFallback(failed)) {
            throw failed;
        }
        try {
            return options.failures().fallback().orElseThrow().run(inputs);
        } catch (IOException | RuntimeException | Error also) {
            also.addSuppressed(failed);
            throw also;
        }
    }

    List<StageMetrics> metrics() {
        return runners.stream().map(runner -> runner.meter().metrics()).toList();
    }

    /** Waits until nothing runs. */
    void drain() {
        uses.await();
    }

    /** Closes everything after a failure, which the caller throws. */
    void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException also) {
            failure.addSuppressed(also);
        }
    }

    /** Cancels active runs, waits for them, and closes everything, once. */
    void close() throws IOException {
        boolean first = uses.refuse();
        closing.request();
        uses.await();
        if (!first) {
            return;
        }
        threads.shutdown();
        IOException failure = new IOException(model + ": cannot be closed");
        StageOpener.closeAll(stages, failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
