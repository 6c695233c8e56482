package io.pepper.plan;

import io.pepper.plan.PlanSimulator.Interval;
import io.pepper.plan.PlanSimulator.Result;
import io.pepper.plan.PlanSimulator.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** One simulation of a placement under a trace. Used once. */
final class Simulation {
    private final SimulatedSteps steps;
    private final Trace trace;
    private final boolean overlap;
    private final Consumer<Interval> heard;
    private final Request[] requests;

    /** By device and link: the time from which on it is free, and its busy time. */
    private final Map<String, Double> free = new HashMap<>();

    private final Map<String, Double> busy = new LinkedHashMap<>();
    private final LinkChanges links;
    private final PriorityQueue<Task> queue = new PriorityQueue<>(Comparator.comparingDouble(Task::ready)
            .thenComparingInt(Task::request)
            .thenComparingInt(Task::step));

    private record Task(int request, int step, double ready) {}

    /** A request with its unfinished steps. */
    private static final class Request {
        private final int[] missing;
        private final double[] ready;
        private int open;
        private double done;

        private Request(SimulatedSteps steps, double arrival) {
            this.missing = steps.predecessorCounts();
            this.ready = new double[missing.length];
            Arrays.fill(ready, arrival);
            this.open = missing.length;
            this.done = arrival;
        }
    }

    Simulation(SimulatedSteps steps, Trace trace, boolean overlap, Consumer<Interval> heard) {
        this.steps = steps;
        this.trace = trace;
        this.links = new LinkChanges(trace.links());
        this.overlap = overlap;
        this.heard = heard;
        this.requests = new Request[trace.arrivalSeconds().size()];
        for (int i = 0; i < requests.length; i++) {
            double arrival = trace.arrivalSeconds().get(i);
            requests[i] = new Request(steps, arrival);
            for (int step : steps.first()) {
                queue.add(new Task(i, step, arrival));
            }
        }
    }

    Result run() {
        while (!queue.isEmpty()) {
            Task task = queue.poll();
            if (requests[task.request].done < Double.POSITIVE_INFINITY) {
                serve(task, requests[task.request]);
            }
        }
        double[] done = new double[requests.length];
        Arrays.setAll(done, i -> requests[i].open == 0 ? requests[i].done : Double.POSITIVE_INFINITY);
        return result(done);
    }

    private void serve(Task task, Request request) {
        SimulatedSteps.Step planned = steps.get(task.step);
        List<String> needs = planned.needs(overlap);
        double begin = task.ready;
        for (String need : needs) {
            begin = Math.max(begin, free.getOrDefault(need, 0.0));
        }
        SimulatedSteps.Step step = at(planned, begin);
        double seconds = step.seconds() * factor(step.computes(), begin);
        double end = begin + seconds;
        if (failsDuring(step, end)) {
            request.done = Double.POSITIVE_INFINITY;
            return;
        }
        for (String need : needs) {
            free.put(need, end);
            busy.merge(need, seconds, Double::sum);
        }
        heard.accept(new Interval(needs.get(0), task.request, begin, end, end + step.after()));
        request.done = Math.max(request.done, end + step.after());
        request.open--;
        follow(step, task.request, end);
    }

    /** Makes those steps ready that waited only for a finished step: for its result, or for its device or link. */
    private void follow(SimulatedSteps.Step step, int index, double end) {
        Request request = requests[index];
        for (SimulatedSteps.Successor next : step.successors()) {
            double there = next.needsResult() ? end + step.after() : end;
            request.ready[next.step()] = Math.max(request.ready[next.step()], there);
            request.missing[next.step()]--;
            if (request.missing[next.step()] == 0) {
                queue.add(new Task(index, next.step(), request.ready[next.step()]));
            }
        }
    }

    /** Returns a step as it is when it begins at a time: messages take the time of their link then. */
    private SimulatedSteps.Step at(SimulatedSteps.Step step, double begin) {
        if (step.message().isEmpty()) {
            return step;
        }
        return links.at(step.alive().get(0), step.alive().get(1), begin)
                .map(step::on)
                .orElse(step);
    }

    private boolean failsDuring(SimulatedSteps.Step step, double end) {
        return step.alive().stream()
                .anyMatch(device -> trace.failureSeconds().getOrDefault(device, Double.MAX_VALUE) < end);
    }

    /** Returns the slowdown of a device at a time. */
    private double factor(String device, double at) {
        double since = Double.NEGATIVE_INFINITY;
        double factor = 1;
        for (Trace.Load load : trace.loads()) {
            if (load.device().equals(device) && load.atSeconds() <= at && load.atSeconds() >= since) {
                since = load.atSeconds();
                factor = load.factor();
            }
        }
        return factor;
    }

    private Result result(double... done) {
        double last = Arrays.stream(done).filter(Double::isFinite).max().orElse(0);
        busy.replaceAll((name, seconds) -> last > 0 ? Math.min(1, seconds / last) : 0);
        List<Double> ends = new ArrayList<>();
        List<Double> latencies = new ArrayList<>();
        for (int i = 0; i < done.length; i++) {
            ends.add(done[i]);
            latencies.add(done[i] - trace.arrivalSeconds().get(i));
        }
        return new Result(ends, latencies, busy);
    }
}
