package io.pepper.plan;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        PlanSimulator.Trace failed =
                fields.made(() -> new PlanSimulator.Trace(trace.arrivalSeconds(), loads, trace.failureSeconds()));
        if (fields.has("failures")) {
            Fields failures = fields.fields("failures");
            for (String device : failures.names()) {
                failed = failed.withFailure(device, failures.requiredNumber(device));
            }
        }
        fields.end();
        return failed;
    }

    private static PlanSimulator.Trace arrivals(Fields fields) throws InvalidFileException {
        Optional<List<Double>> arrivals = fields.numbers("arrivals");
        if (arrivals.isPresent() == fields.has("requests")) {
            throw fields.error("", "a trace has either 'requests' or 'arrivals'");
        }
        if (arrivals.isPresent()) {
            return fields.made(() -> new PlanSimulator.Trace(arrivals.get(), List.of(), Map.of()));
        }
        Fields requests = fields.fields("requests");
        long count = requests.requiredWhole("count", MAX_REQUESTS);
        double seconds = requests.requiredNumber("everySeconds");
        requests.end();
        return requests.made(() -> PlanSimulator.Trace.every(seconds, (int) count));
    }

    private static PlanSimulator.Trace.Load load(Fields fields) throws InvalidFileException {
        PlanSimulator.Trace.Load load = new PlanSimulator.Trace.Load(
                fields.requiredText("device"), fields.requiredNumber("atSeconds"), fields.requiredNumber("factor"));
        fields.end();
        return load;
    }
}
