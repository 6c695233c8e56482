package io.pepper.session;

import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.internal.CoreAffinity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a pipeline: one for each stage, and one for each link of an emulated cluster. They pass requests on
 * along the partition, which has no cycle, and wait only for threads further on; so they cannot deadlock. Thread-safe.
 */
final class PipelineFlow {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineFlow.class);
    private static final double NANOS = 1e9;

    private final StageSet stages;
    private final Optional<ClusterEmulation> emulation;
    private final Routes routes;
    private final List<QueueThread<Visit>> workers = new ArrayList<>();
    private final Map<Routes.Route, QueueThread<Message>> hops = new ConcurrentHashMap<>();
    private final Map<Integer, ReentrantLock> devices = new ConcurrentHashMap<>();

    /** A request in the queue of a stage. */
    private record Visit(PipelineRequest request, Consumer<PipelineRequest> end, long queuedAt, long notBefore) {}

    /** A request in the queue of a link. */
    private record Message(PipelineRequest request, Consumer<PipelineRequest> end, long sentAt) {}

    PipelineFlow(StageSet stages, PipelineOptions options) {
        this.stages = stages;
        this.emulation = options.emulation();
        int parts = stages.wiring().parts().size();
        emulation.ifPresent(plan -> {
            if (plan.parts() != parts) {
                throw new IllegalArgumentException(
                        "the emulation is of " + plan.parts() + " parts, the partition has " + parts);
            }
        });
        this.routes = new Routes(stages.wiring(), emulation);
        for (int part = 0; part < parts; part++) {
            int stage = part;
            emulation.ifPresent(plan -> devices.putIfAbsent(plan.device(stage), new ReentrantLock(true)));
            workers.add(new QueueThread<>(
                    stages.name() + "s" + part,
                    options.queueCapacity(),
                    () -> bind(stage),
                    visit -> work(stage, visit)));
        }
        for (int maker = Wiring.GIVEN; maker < parts; maker++) {
            for (Routes.Route route : routes.from(maker)) {
                if (route.hop().isPresent()) {
                    hops.put(
                            route,
                            new QueueThread<>(
                                    stages.name() + "l" + hops.size(),
                                    options.queueCapacity(),
                                    () -> {},
                                    message -> carry(route, message)));
                }
            }
        }
    }

    private void bind(int part) {
        List<Integer> cores = stages.options().of(part).cores();
        if (!cores.isEmpty()) {
            try {
                CoreAffinity.bindCurrentThread(cores);
            } catch (IOException cannot) {
                LOG.warn("{} runs on any core: {}", stages.runner(part).name(), cannot.toString());
            }
        }
    }

    /** Starts a request. */
    void begin(PipelineRequest request, Consumer<PipelineRequest> end) {
        Cancellation.Registration closing = request.cancellation().follow(stages.closing());
        Consumer<PipelineRequest> last = ended -> {
            closing.close();
            end.accept(ended);
        };
        forward(Wiring.GIVEN, request, last);
        for (int part = 0; part < workers.size(); part++) {
            if (stages.wiring().waitsFor(part) == 0) {
                enqueue(part, request, last, System.nanoTime());
            }
        }
        leave(request, last);
    }

    private void work(int part, Visit visit) {
        PipelineRequest request = visit.request;
        StageRunner runner = stages.runner(part);
        runner.meter().taken();
        Pause.until(visit.notBefore, request.cancellation());
        try {
            if (request.failure() == null) {
                run(part, request, System.nanoTime() - Math.max(visit.queuedAt, visit.notBefore));
                forward(part, request, visit.end);
            }
        } catch (StageException failed) {
            request.fail(failed);
        } catch (RuntimeException | Error thrown) {
            request.fail(StageException.of(runner.name(), thrown));
        } finally {
            leave(request, visit.end);
        }
    }

    private void run(int part, PipelineRequest request, long waited) throws StageException {
        if (emulation.isEmpty()) {
            stages.runner(part).run(request.board(), request.cancellation(), waited);
            return;
        }
        int device = emulation.get().device(part);
        ReentrantLock busy = devices.computeIfAbsent(device, none -> new ReentrantLock(true));
        busy.lock();
        try {
            long begin = System.nanoTime();
            double slower = Math.max(1, emulation.get().timeFactor(device));
            stages.runner(part).run(request.board(), request.cancellation(), waited);
            Pause.until(begin + (long) (slower * (System.nanoTime() - begin)), request.cancellation());
        } finally {
            busy.unlock();
        }
    }

    private void forward(int maker, PipelineRequest request, Consumer<PipelineRequest> end) {
        for (Routes.Route route : routes.from(maker)) {
            QueueThread<Message> hop = hops.get(route);
            if (hop == null) {
                arrive(route, request, end, System.nanoTime());
            } else {
                request.enter();
                hop.put(new Message(request, end, System.nanoTime()));
            }
        }
    }

    private void carry(Routes.Route route, Message message) {
        Routes.Hop hop = route.hop().orElseThrow();
        PipelineRequest request = message.request;
        try {
            double bytes = (double) request.board().bytes(hop.tensors());
            long begin = hop.line()
                    .carry(message.sentAt, (long) (NANOS * hop.link().occupiedSeconds(bytes)), request.cancellation());
            long there = begin + (long) (NANOS * hop.link().transferSeconds(bytes));
            if (route.followers().isEmpty()) {
                Pause.until(there, request.cancellation());
            }
            arrive(route, request, message.end, there);
        } finally {
            leave(request, message.end);
        }
    }

    private void arrive(Routes.Route route, PipelineRequest request, Consumer<PipelineRequest> end, long there) {
        for (int follower : route.followers()) {
            if (request.arrived(follower)) {
                enqueue(follower, request, end, there);
            }
        }
    }

    private void enqueue(int part, PipelineRequest request, Consumer<PipelineRequest> end, long notBefore) {
        request.enter();
        stages.runner(part).meter().queued();
        workers.get(part).put(new Visit(request, end, System.nanoTime(), notBefore));
    }

    private static void leave(PipelineRequest request, Consumer<PipelineRequest> end) {
        if (request.leave()) {
            end.accept(request);
        }
    }

    /** Ends the threads; no request may be in flight. */
    void close() {
        workers.forEach(QueueThread::close);
        hops.values().forEach(QueueThread::close);
    }
}
