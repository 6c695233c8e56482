package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.predict.internal.csv.Headers;
import io.pepper.predict.internal.csv.Row;
import io.pepper.workload.Workload;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A reader of times of whole models that another tool measured, or that someone published: a table of models and
 * seconds. With the work of the models, it becomes a data set, from which predictors are {@linkplain DeviceCalibration
 * calibrated} or trained.
 *
 * <p>The columns are {@code model}; {@code seconds} or {@code milliseconds}; and, where they differ from row to row,
 * {@code device}, {@code kind}, {@code cores}, {@code threads} and {@code load_percent}. A column {@code board} stands
 * for {@code device} and {@code kind}. Other columns are ignored.
 */
public final class PublishedTimes {
    private static final double MILLIS = 1e-3;

    private final DeviceState device;
    private final int threads;
    private final Works works;
    private final Map<String, Workload> known = new HashMap<>();
    private final Map<String, String> refused = new HashMap<>();

    /** A source of the work of models. */
    @FunctionalInterface
    public interface Works {
        /**
         * Returns the work of a model, for instance {@link io.pepper.onnx.ModelCosts#workload()}. Called once for each
         * name.
         *
         * @param model the name in the table
         * @return the work of the whole model
         * @throws IllegalArgumentException if there is no such model; the message says where it was looked for
         * @throws IOException if the model cannot be read
         */
        Workload of(String model) throws IOException;
    }

    private PublishedTimes(DeviceState device, int threads, Works works) {
        this.device = device;
        this.threads = threads;
        this.works = works;
    }

    /**
     * Reads a table. Rows that cannot be read, or whose model cannot, are left out and reported in {@link
     * LatencyDataset#problems()}.
     *
     * @param file comma-separated values in UTF-8, whose first line names the columns
     * @param device the device of the rows that do not name one (if its own name is empty, every row must), with the kind,
     *     cores, load and platform of the rows that do not state them
     * @param threads the number of threads of the rows that do not state it
     * @param works returns the work of a model
     * @return the data set; each row is one measurement without load, unless it states another
     * @throws IllegalArgumentException if there are fewer than one threads
     * @throws IOException if the file cannot be read, or lacks a column
     */
    public static LatencyDataset read(Path file, DeviceState device, int threads, Works works) throws IOException {
        if (threads < 1) {
            throw new IllegalArgumentException("threads " + threads + " is less than 1");
        }
        PublishedTimes reader = new PublishedTimes(device, threads, works);
        List<LatencyRecord> records = new ArrayList<>();
        RowProblems problems = new RowProblems(file);
        List<String> columns;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            columns = CsvTable.read(
                    file.toString(),
                    in,
                    (line, values) -> {
                        try {
                            records.add(reader.record(new Row(values)));
                        } catch (IllegalArgumentException wrong) {
                            problems.add(line, wrong.getMessage());
                        }
                    },
                    problems::add);
        } catch (UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
        Headers.require(file, columns, "seconds", "milliseconds");
        if (!columns.contains("model")) {
            throw new IOException(file + ":1: there is no column 'model'");
        }
        return LatencyDataset.of(records, problems.messages());
    }

    private LatencyRecord record(Row row) {
        String model = row.text("model");
        if (model.isEmpty()) {
            throw new IllegalArgumentException("column 'model' is empty");
        }
        double seconds =
                row.values().containsKey("seconds") ? row.known("seconds") : MILLIS * row.known("milliseconds");
        if (!(seconds > 0)) {
            throw new IllegalArgumentException("a time of " + seconds + " seconds is not more than 0");
        }
        DeviceState state = state(row);
        double load = state.cpuLoadPercent().orElse(0);
        return LatencyRecord.builder(
                        model,
                        ProfileTargets.WHOLE,
                        state,
                        ModelTiming.builder(1, seconds).build())
                .work(work(model))
                .threads(count(row, "threads", threads))
                .load(new LoadLevel(
                        load,
                        load == 0
                                ? 0
                                : Math.max(1, (int) Math.round(state.cores().orElse(1)))))
                .build();
    }

    private DeviceState state(Row row) {
        DeviceState.Builder state =
                device.toBuilder().cpuLoadPercent(device.cpuLoadPercent().orElse(0));
        String board = row.values().getOrDefault("board", "");
        String name = row.values().getOrDefault("device", board);
        if (!name.isEmpty()) {
            state.device(name);
        } else if (device.device().isEmpty()) {
            throw new IllegalArgumentException("the row names no device, and none is given");
        }
        String kind = row.values().getOrDefault("kind", board);
        if (!kind.isEmpty()) {
            state.model(kind);
        }
        row.optional("cores").ifPresent(state::cores);
        row.optional("load_percent").ifPresent(state::cpuLoadPercent);
        return state.build();
    }

    private static int count(Row row, String column, int usual) {
        double value = row.optional(column).orElse(usual);
        if (value < 1 || value != Math.rint(value) || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("column '" + column + "': " + value + " is not a whole number from 1");
        }
        return (int) value;
    }

    private Workload work(String model) {
        String earlier = refused.get(model);
        if (earlier != null) {
            throw new IllegalArgumentException(earlier);
        }
        Workload work = known.get(model);
        if (work == null) {
            try {
                work = works.of(model);
            } catch (IllegalArgumentException none) {
                refused.put(model, String.valueOf(none.getMessage()));
                throw none;
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
            known.put(model, work);
        }
        return work;
    }
}
