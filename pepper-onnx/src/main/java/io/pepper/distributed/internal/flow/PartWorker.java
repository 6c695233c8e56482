package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.proto.FlowReport;
import io.pepper.distributed.internal.proto.PartMeasure;
import io.pepper.onnx.internal.session.PartOutputs;
import io.pepper.session.StageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a served part. Its queue needs no limit of its own: what waits in it is counted by {@link HeldBytes}.
 * Thread-safe.
 */
final class PartWorker {
    private static final Logger LOG = LoggerFactory.getLogger(PartWorker.class);

    private final ServedPart served;
    private final Outlet outlet;
    private final PartMeter meter;
    private final BlockingQueue<HostRequest> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean ended;
    private volatile @Nullable HostRequest running;

    /** Takes what a part makes. */
    interface Outlet {
        /** Passes the outputs of a part on. They belong to the outlet, except for those that are inputs of the part. */
        void made(HostRequest request, int part, Map<String, OnnxValue> outputs);

        /** Fails a request. */
        void failed(HostRequest request, StageException why);
    }

    PartWorker(ServedPart served, Outlet outlet) {
        this.served = served;
        this.outlet = outlet;
        this.meter = new PartMeter(served.part(), System::nanoTime);
        this.thread = new Thread(this::work, "pepper-stage-" + served.deployment() + "-" + served.part());
        thread.setDaemon(true);
        thread.start();
    }

    ServedPart served() {
        return served;
    }

    /** Returns what the part did so far. */
    PartMeasure measure() {
        return meter.measure();
    }

    void add(HostRequest request) {
        queue.add(request);
        if (ended) {
            failWaiting();
        }
    }

    private void work() {
        while (!ended) {
            try {
                run(queue.take());
            } catch (InterruptedException wake) {
                LOG.trace("{} is interrupted", thread.getName());
            } catch (RuntimeException | Error thrown) {
                LOG.error("{} continues after a failure outside of any request", thread.getName(), thrown);
            }
        }
    }

    private void run(HostRequest request) {
        Map<String, OnnxTensorLike> feed = request.start(served.part());
        if (feed == null) {
            return;
        }
        running = request;
        try {
            compute(request, feed);
        } catch (Throwable thrown) { // Any exception of a stage fails its request, and nothing else.
            if (!request.isDropped()) {
                meter.failed();
            }
            outlet.failed(request, StageException.of(name(), thrown));
        } finally {
            running = null;
            request.finish(served.part());
        }
    }

    private void compute(HostRequest request, Map<String, OnnxTensorLike> feed) throws Exception {
        if (request.isLate()) {
            throw new StageException(
                    StageException.Kind.TIMED_OUT, name(), "the deadline had passed before it ran", null);
        }
        long bytesIn = request.bytesOf(served.part());
        long started = System.nanoTime();
        Map<String, OnnxValue> made = served.stage().run(feed, request.cancellation());
        long ended = System.nanoTime();
        Optional<String> fault = PartOutputs.fault(served.stage().outputs(), made);
        if (fault.isPresent()) {
            PartOutputs.close(made == null ? List.of() : made.values(), feed.values());
            throw new StageException(StageException.Kind.FAILED, name(), fault.get(), null);
        }
        long bytesOut = made.values().stream().mapToLong(Sizes::bytes).sum();
        long arrived = request.arrivedNanos(served.part());
        meter.ran(started - arrived, ended - started, request.wireNanos(served.part()), bytesIn, bytesOut);
        request.ended(served.part(), ended);
        request.report(List.of(FlowReport.newBuilder()
                .setPart(served.part())
                .setArrived(arrived)
                .setStarted(started)
                .setEnded(ended)
                .setBytesIn(bytesIn)
                .setBytesOut(bytesOut)
                .build()));
        outlet.made(request, served.part(), made);
    }

    private String name() {
        return served.stage().name();
    }

    /** Ends the thread: waiting requests fail, and the running one is cancelled and awaited. */
    void close(Duration grace) throws TimeoutException {
        ended = true;
        HostRequest now = running;
        if (now != null) {
            now.cancellation().request();
        }
        thread.interrupt();
        failWaiting();
        try {
            TimeUnit.MILLISECONDS.timedJoin(thread, grace.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive() && Thread.currentThread() != thread) {
            throw new TimeoutException(name() + " still runs after " + grace.toMillis() + " ms");
        }
    }

    private void failWaiting() {
        List<HostRequest> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        for (HostRequest request : waiting) {
            outlet.failed(
                    request,
                    new StageException(StageException.Kind.CLOSED, name(), "the node no longer serves it", null));
        }
    }
}
