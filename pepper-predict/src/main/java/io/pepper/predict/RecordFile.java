package io.pepper.predict;

import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.WholeFile;
import io.pepper.predict.internal.csv.CsvTable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A file to which records are appended. Each record is forced to disk before the next measurement; an interrupt tears
 * none of them. Not thread-safe.
 */
final class RecordFile implements AutoCloseable {
    private final Path csv;
    private final RandomAccessFile out;
    private final Set<String> held = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    private RecordFile(Path csv, RandomAccessFile out) {
        this.csv = csv;
        this.out = out;
    }

    static RecordFile open(Path csv) throws IOException {
        boolean fresh = !Files.exists(csv) || Files.size(csv) == 0;
        if (!fresh) {
            addColumns(csv);
        }
        RecordFile file = new RecordFile(csv, FileErrors.naming(csv, () -> new RandomAccessFile(csv.toFile(), "rw")));
        try {
            if (fresh) {
                file.write(CsvTable.line(RecordColumns.names()));
            } else {
                file.dropTornLine(csv);
                file.remember(csv);
            }
            return file;
        } catch (IOException | RuntimeException failed) {
            file.close();
            throw failed;
        }
    }

    private void dropTornLine(Path csv) throws IOException {
        long end = out.length();
        while (end > 0) {
            out.seek(end - 1);
            if (out.read() == '\n') {
                break;
            }
            end--;
        }
        if (end < out.length()) {
            dropped.add(csv + ": dropped a torn last line of " + (out.length() - end) + " bytes");
            out.setLength(end);
        }
        out.seek(end);
    }

    /**
     * Adds the columns that an earlier version of the library did not write, so that its campaign can resume. Their
     * values are empty.
     */
    private static void addColumns(Path csv) throws IOException {
        List<String> found = List.of(header(csv).replace("\"", "").split(",", -1));
        if (found.contains("kernels")
                && !found.equals(RecordColumns.names())
                && RecordColumns.names().containsAll(found)) {
            LatencyDataset before = LatencyDataset.read(csv);
            if (before.problems().isEmpty()) {
                replace(csv, before.records());
            }
        }
    }

    private static String header(Path csv) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(csv)) {
            String line = reader.readLine();
            return line == null ? "" : line;
        }
    }

    /** Replaces all records of the file, or none. */
    static void replace(Path csv, List<LatencyRecord> records) throws IOException {
        WholeFile.write(csv, whole -> {
            whole.write(CsvTable.line(RecordColumns.names()).getBytes(StandardCharsets.UTF_8));
            for (LatencyRecord entry : records) {
                whole.write(CsvTable.line(RecordColumns.values(entry)).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    private void remember(Path csv) throws IOException {
        if (!header(csv).equals(CsvTable.line(RecordColumns.names()).strip())) {
            throw new IOException(csv + ":1: has other columns than a campaign writes; choose another file");
        }
        for (LatencyRecord entry : LatencyDataset.read(csv).records()) {
            held.add(entry.key() + "\t" + entry.execution());
        }
    }

    static String key(String model, String piece, String device, int threads, LoadLevel load) {
        return String.join(
                "\t",
                List.of(
                        model,
                        piece,
                        device,
                        String.valueOf(threads),
                        String.valueOf(load.percent()),
                        String.valueOf(load.threads()),
                        load.cores().toString()));
    }

    /** Returns a description of the line that was dropped when the file was opened, for people. */
    List<String> dropped() {
        return List.copyOf(dropped);
    }

    boolean holds(String key, int execution) {
        return held.contains(key + "\t" + execution);
    }

    void append(LatencyRecord entry) throws IOException {
        write(CsvTable.line(RecordColumns.values(entry)));
        held.add(entry.key() + "\t" + entry.execution());
    }

    private void write(String line) throws IOException {
        FileErrors.namingStep(csv, () -> {
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        });
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
