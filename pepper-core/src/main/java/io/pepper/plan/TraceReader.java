package io.pepper.plan;

import io.pepper.cluster.LinkState;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.LinkEnds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A reader of traces from the fields of a document. */
final class TraceReader {
    private static final int MAX_REQUESTS = 10_000_000;

    private TraceReader() {}

    static PlanSimulator.Trace trace(Fields fields) throws InvalidFileException {
        PlanSimulator.Trace trace = arrivals(fields);
        List<PlanSimulator.Trace.Load> loads = new ArrayList<>();
        if (fields.has("loads")) {
            for (Fields each : fields.list("loads")) {
                loads.add(load(each));
            }
        }
        PlanSimulator.Trace failed = fields.made(
                () -> new PlanSimulator.Trace(trace.arrivalSeconds(), loads, trace.failureSeconds(), trace.links()));
        if (fields.has("failures")) {
            Fields failures = fields.fields("failures");
            for (String device : failures.names()) {
                failed = failed.withFailure(device, failures.requiredNumber(device));
            }
        }
        PlanSimulator.Trace changed = withLinks(failed, fields);
        fields.end();
        return changed;
    }

    private static PlanSimulator.Trace arrivals(Fields fields) throws InvalidFileException {
        Optional<List<Double>> arrivals = fields.numbers("arrivals");
        if (arrivals.isPresent() == fields.has("requests")) {
            throw fields.error("", "a trace has either 'requests' or 'arrivals'");
        }
        if (arrivals.isPresent()) {
            return fields.made(() -> new PlanSimulator.Trace(arrivals.get(), List.of(), Map.of(), List.of()));
        }
        Fields requests = fields.fields("requests");
        long count = requests.requiredWhole("count", MAX_REQUESTS);
        double seconds = requests.requiredNumber("everySeconds");
        requests.end();
        return requests.made(() -> PlanSimulator.Trace.every(seconds, (int) count));
    }

    private static PlanSimulator.Trace withLinks(PlanSimulator.Trace trace, Fields fields) throws InvalidFileException {
        if (!fields.has("links")) {
            return trace;
        }
        List<PlanSimulator.Trace.LinkChange> changes = new ArrayList<>();
        for (Fields each : fields.list("links")) {
            LinkEnds ends = LinkEnds.read(each);
            double at = each.requiredNumber("atSeconds");
            OptionalDouble rate = each.number("bytesPerSecond");
            OptionalDouble latency = each.number("latencySeconds");
            each.end();
            changes.add(each.made(() -> change(at, ends.from(), ends.to(), rate, latency)));
            if (ends.both()) {
                changes.add(each.made(() -> change(at, ends.to(), ends.from(), rate, latency)));
            }
        }
        return new PlanSimulator.Trace(trace.arrivalSeconds(), trace.loads(), trace.failureSeconds(), changes);
    }

    private static PlanSimulator.Trace.LinkChange change(
            double at, String from, String to, OptionalDouble rate, OptionalDouble latency) {
        return new PlanSimulator.Trace.LinkChange(at, new LinkState(from, to, Optional.empty(), rate, latency));
    }

    private static PlanSimulator.Trace.Load load(Fields fields) throws InvalidFileException {
        PlanSimulator.Trace.Load load = new PlanSimulator.Trace.Load(
                fields.requiredText("device"), fields.requiredNumber("atSeconds"), fields.requiredNumber("factor"));
        fields.end();
        return load;
    }
}
