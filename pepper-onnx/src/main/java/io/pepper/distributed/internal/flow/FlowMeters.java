package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowReport;
import io.pepper.onnx.internal.session.Wiring;
import io.pepper.session.HopMetrics;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import io.pepper.session.StageMetrics;
import io.pepper.session.internal.LatencyCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics of a session's parts and of the ways to them, from what the nodes report. Thread-safe. */
final class FlowMeters {
    private static final Logger LOG = LoggerFactory.getLogger(FlowMeters.class);
    private static final double NANO = 1e-9;
    private static final double P50 = 0.5;
    private static final double P90 = 0.9;
    private static final double P99 = 0.99;

    private final FlowModel model;
    private final FlowPeers peers;
    private final SessionListener listener;
    private final List<Meter> meters = new ArrayList<>();
    private final Meter answers = new Meter();
    private long largestBetween;

    /** The counts of a part, or of the answers. */
    private static final class Meter {
        private final LatencyCounts runs = new LatencyCounts();
        private final LatencyCounts wires = new LatencyCounts();
        private String device = "";
        private long requests;
        private long failures;
        private long bytes;
        private long wire;
        private long queue;
        private long run;
    }

    FlowMeters(FlowModel model, FlowPeers peers, SessionListener listener) {
        this.model = model;
        this.peers = peers;
        this.listener = listener;
        for (int part = 0; part < model.parts(); part++) {
            meters.add(new Meter());
        }
    }

    /** Counts an answered request. */
    void answered(FlowRequest request, StageRoute route, long answerBytes) {
        Map<Integer, Long> ends = new HashMap<>();
        ends.put(Wiring.GIVEN, request.sentNanos());
        for (FlowReport report : request.reports()) {
            here(route, report.getPart(), report.getEnded()).ifPresent(end -> ends.put(report.getPart(), end));
        }
        long between = 0;
        for (FlowReport report : request.reports()) {
            if (report.getPart() >= 0 && report.getPart() < model.parts()) {
                count(report, route, ends);
                between += report.getBytesOut();
            }
        }
        synchronized (this) {
            largestBetween = Math.max(largestBetween, between);
            answers.requests++;
            answers.bytes += answerBytes;
            request.arrivals().forEach((maker, nanos) -> {
                long wire = Math.max(0, nanos - ends.getOrDefault(maker, nanos));
                answers.wire += wire;
                answers.wires.add(wire);
            });
        }
        notifyListener(() -> listener.answered(request.ageNanos()));
    }

    private OptionalLong here(StageRoute route, int part, long nanos) {
        return part < 0 || part >= model.parts()
                ? OptionalLong.empty()
                : peers.clocks().here(route.devices().get(part), nanos);
    }

    private void count(FlowReport report, StageRoute route, Map<Integer, Long> ends) {
        int part = report.getPart();
        long before = Long.MIN_VALUE;
        for (int tensor : model.wiring().inputs(part)) {
            before = Math.max(before, ends.getOrDefault(model.wiring().maker(tensor), Long.MIN_VALUE));
        }
        OptionalLong arrived = here(route, part, report.getArrived());
        long run = Math.max(0, report.getEnded() - report.getStarted());
        long queue = Math.max(0, report.getStarted() - report.getArrived());
        Meter meter = meters.get(part);
        synchronized (this) {
            meter.device = route.devices().get(part);
            meter.requests++;
            meter.bytes += report.getBytesIn();
            meter.run += run;
            meter.queue += queue;
            meter.runs.add(run);
            if (arrived.isPresent() && before != Long.MIN_VALUE) {
                long wire = Math.max(0, arrived.getAsLong() - before);
                meter.wire += wire;
                meter.wires.add(wire);
            }
        }
        notifyListener(() -> listener.stageRan(model.name(part), run, queue));
    }

    void failed(StageException why) {
        synchronized (this) {
            for (int part = 0; part < model.parts(); part++) {
                if (model.name(part).equals(why.stage())) {
                    meters.get(part).failures++;
                }
            }
        }
        notifyListener(() -> listener.failed(why, false));
    }

    void lost(String device, String why) {
        notifyListener(() -> listener.nodeLost(device, why));
    }

    void routed(List<String> devices) {
        notifyListener(() -> listener.routed(devices));
    }

    private static void notifyListener(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException | Error thrown) {
            LOG.warn("a listener failed", thrown);
        }
    }

    /** Returns the largest size of all tensors between parts that a request had. */
    synchronized long largestBetween() {
        return largestBetween;
    }

    synchronized List<StageMetrics> stages() {
        List<StageMetrics> metrics = new ArrayList<>();
        for (int part = 0; part < model.parts(); part++) {
            Meter meter = meters.get(part);
            long[] runs = meter.runs.snapshot();
            metrics.add(new StageMetrics(
                    model.name(part),
                    meter.requests + meter.failures,
                    meter.failures,
                    meter.run * NANO,
                    meter.queue * NANO,
                    0,
                    0,
                    LatencyCounts.quantile(P50, runs) * NANO,
                    LatencyCounts.quantile(P90, runs) * NANO,
                    LatencyCounts.quantile(P99, runs) * NANO));
        }
        return metrics;
    }

    synchronized List<HopMetrics> hops() {
        List<HopMetrics> metrics = new ArrayList<>();
        for (int part = 0; part < model.parts(); part++) {
            metrics.add(hop(model.name(part), meters.get(part)));
        }
        metrics.add(hop("", answers));
        return metrics;
    }

    private static HopMetrics hop(String stage, Meter meter) {
        long[] wires = meter.wires.snapshot();
        return new HopMetrics(
                stage,
                meter.device,
                meter.requests,
                meter.bytes,
                meter.wire * NANO,
                meter.queue * NANO,
                meter.run * NANO,
                LatencyCounts.quantile(P50, wires) * NANO,
                LatencyCounts.quantile(P99, wires) * NANO);
    }
}
