package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A reader of cost tables from the fields of a document. */
final class CostReader {
    private final Cluster cluster;

    CostReader(Cluster cluster) {
        this.cluster = cluster;
    }

    CostTable table(Fields fields) throws InvalidFileException {
        List<Double> cutBytes = required(fields, "cutBytes", fields.numbers("cutBytes"));
        if (cutBytes.size() < 2) {
            throw fields.error("cutBytes", "two numbers are the least: of the inputs and the outputs");
        }
        int segments = cutBytes.size() - 1;
        Fields devices = fields.fields("devices");
        boolean byRun = hasRuns(devices);
        CostTable.Builder table = fields.made(() -> byRun
                ? CostTable.byRun(segments, cluster.devices().size())
                : CostTable.bySegment(segments, cluster.devices().size()));
        for (String name : devices.names()) {
            int device = cluster.indexOf(name).orElseThrow(() -> devices.error(name, "is not in the cluster"));
            device(table, device, devices.fields(name), segments, byRun);
        }
        for (Device device : cluster.devices()) {
            devices.with(device.name());
        }
        fields.made(() -> {
            for (int cut = 0; cut <= segments; cut++) {
                table.cutBytes(cut, cutBytes.get(cut));
            }
            return table;
        });
        memory(table, fields, segments, byRun);
        fields.end();
        return table.build();
    }

    private static boolean hasRuns(Fields devices) throws InvalidFileException {
        for (String device : devices.names()) {
            if (devices.fields(device).has("runs")) {
                return true;
            }
        }
        return false;
    }

    private static List<Double> required(Fields fields, String name, Optional<List<Double>> numbers)
            throws InvalidFileException {
        fields.with(name);
        return numbers.orElseThrow();
    }

    private void device(CostTable.Builder table, int device, Fields fields, int segments, boolean byRun)
            throws InvalidFileException {
        if (byRun) {
            runs(table, device, fields, segments);
        } else {
            List<Double> seconds = required(fields, "seconds", list(fields, "seconds", segments));
            List<Double> p90 = list(fields, "p90Seconds", segments).orElse(seconds);
            Optional<List<Double>> joules = list(fields, "joules", segments);
            fields.made(() -> {
                for (int i = 0; i < segments; i++) {
                    table.seconds(i, i + 1, device, seconds.get(i), p90.get(i));
                    if (joules.isPresent()) {
                        table.joules(i, i + 1, device, joules.get().get(i));
                    } else {
                        drawn(table, i, i + 1, device, seconds.get(i));
                    }
                }
                return table;
            });
        }
        OptionalDouble runtime = fields.number("runtimeBytes");
        if (runtime.isPresent()) {
            fields.made(() -> table.runtimeBytes(device, runtime.getAsDouble()));
        }
        fields.end();
    }

    /** Computes a missing energy from the cluster's watts. A run that takes no time has the energy 0. */
    private void drawn(CostTable.Builder table, int from, int to, int device, double seconds) {
        cluster.devices()
                .get(device)
                .inferenceWatts()
                .ifPresent(watts -> table.joules(from, to, device, Double.isFinite(seconds) ? watts * seconds : 0));
    }

    private void runs(CostTable.Builder table, int device, Fields fields, int segments) throws InvalidFileException {
        for (int from = 0; from < segments; from++) {
            for (int to = from + 1; to <= segments; to++) {
                table.seconds(from, to, device, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
                drawn(table, from, to, device, Double.POSITIVE_INFINITY);
            }
        }
        if (!fields.has("runs")) {
            throw fields.error("runs", "is missing: another device has it");
        }
        Fields runs = fields.fields("runs");
        for (String run : runs.names()) {
            String[] ends = run.split("-", -1);
            double seconds = runs.number(run).orElse(Double.NaN);
            try {
                int from = Integer.parseInt(ends[0].strip()) - 1;
                int to = ends.length == 1 ? from + 1 : Integer.parseInt(ends[1].strip());
                table.seconds(from, to, device, seconds, seconds);
                drawn(table, from, to, device, seconds);
            } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
                throw runs.error(
                        run, "must be a run of segments 1 to " + segments + " with its seconds, such as 1-2: 0.036");
            }
        }
    }

    private static void memory(CostTable.Builder table, Fields fields, int segments, boolean byRun)
            throws InvalidFileException {
        Optional<List<Double>> weights = list(fields, "weightBytes", segments);
        Optional<List<Double>> peaks = list(fields, "peakBytes", segments);
        fields.made(() -> {
            for (int from = 0; from < segments; from++) {
                double weight = 0;
                double peak = 0;
                for (int to = from + 1; to <= (byRun ? segments : from + 1); to++) {
                    weight += weights.isPresent() ? weights.get().get(to - 1) : 0;
                    peak = Math.max(peak, peaks.isPresent() ? peaks.get().get(to - 1) : 0);
                    table.memoryBytes(from, to, weight, peak);
                }
            }
            return table;
        });
    }

    private static Optional<List<Double>> list(Fields fields, String field, int segments) throws InvalidFileException {
        Optional<List<Double>> numbers = fields.numbers(field);
        if (numbers.isPresent() && numbers.get().size() != segments) {
            throw fields.error(
                    field, numbers.get().size() + " numbers, where cutBytes makes it " + segments + " segments");
        }
        return numbers;
    }
}
