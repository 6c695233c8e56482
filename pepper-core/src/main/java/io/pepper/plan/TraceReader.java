package io.pepper.plan;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A reader of traces from the fields of a document. */
final class TraceReader {
    private static final int MAX_REQUESTS = 10_000_000;

    private TraceReader() {}

    static PlanSimulator.Trace trace(Value document, String name) throws InvalidFileException {
        Fields fields = Fields.of(name, "", document);
        PlanSimulator.Trace trace = arrivals(fields, name);
        List<PlanSimulator.Trace.Load> loads = new ArrayList<>();
        Optional<Value> listed = fields.value("loads");
        if (listed.isPresent()) {
            if (!(listed.get() instanceof Value.Sequence list)) {
                throw fields.error("loads", listed.get().line(), "a list is expected");
            }
            for (Value each : list.values()) {
                loads.add(load(Fields.of(name, "loads", each)));
            }
        }
        PlanSimulator.Trace loaded =
                fields.made(() -> new PlanSimulator.Trace(trace.arrivalSeconds(), loads, trace.failureSeconds()));
        Optional<Value> failing = fields.value("failures");
        PlanSimulator.Trace failed = loaded;
        if (failing.isPresent()) {
            Fields failures = Fields.of(name, "failures", failing.get());
            for (Map.Entry<String, Value> each : failures.all().entrySet()) {
                failed = failed.withFailure(each.getKey(), required(failures, each.getKey()));
            }
        }
        fields.end();
        return failed;
    }

    private static PlanSimulator.Trace arrivals(Fields fields, String name) throws InvalidFileException {
        Optional<List<Double>> arrivals = fields.numbers("arrivals");
        Optional<Value> even = fields.value("requests");
        if (arrivals.isPresent() == even.isPresent()) {
            throw fields.error("", fields.line(), "a trace has either 'requests' or 'arrivals'");
        }
        if (arrivals.isPresent()) {
            return fields.made(() -> new PlanSimulator.Trace(arrivals.get(), List.of(), Map.of()));
        }
        Fields requests = Fields.of(name, "requests", even.orElseThrow());
        long count = requests.whole("count", MAX_REQUESTS)
                .orElseThrow(() -> requests.error("count", requests.line(), "is missing"));
        double seconds = required(requests, "everySeconds");
        requests.end();
        return requests.made(() -> PlanSimulator.Trace.every(seconds, (int) count));
    }

    private static PlanSimulator.Trace.Load load(Fields fields) throws InvalidFileException {
        String device = fields.text("device").orElseThrow(() -> fields.error("device", fields.line(), "is missing"));
        PlanSimulator.Trace.Load load =
                new PlanSimulator.Trace.Load(device, required(fields, "atSeconds"), required(fields, "factor"));
        fields.end();
        return load;
    }

    private static double required(Fields fields, String field) throws InvalidFileException {
        return fields.number(field).orElseThrow(() -> fields.error(field, fields.line(), "is missing"));
    }
}
