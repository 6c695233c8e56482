package io.pepper.predict;

import io.pepper.cluster.Platform;
import io.pepper.internal.text.WholeFile;
import io.pepper.predict.internal.csv.CsvTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file to which records are appended. Each record is forced to disk before the next measurement; an interrupt tears
 * none of them. A file that is not a data set of a campaign is refused before it is changed. Not thread-safe.
 */
final class RecordFile implements AutoCloseable {
    private static final String HEADER = CsvTable.line(RecordColumns.names());

    /** More than any header is long, so that a foreign file is not read to its end. */
    private static final int MAX_HEADER_BYTES = 1 << 14;

    private final Path csv;
    private final OwnedFile out;
    private final Set<String> held = new HashSet<>();
    private final HeldWork works = new HeldWork();
    private final Map<String, Platform> platforms = new HashMap<>();
    private final List<String> dropped = new ArrayList<>();

    private RecordFile(Path csv, OwnedFile out) {
        this.csv = csv;
        this.out = out;
    }

    /** The kind of a file, by its first line. */
    private enum Kind {
        /** Nothing, or a part of the first line. */
        FRESH,
        OWN,
        /** Of an earlier version, which lacked columns. */
        EARLIER
    }

    static RecordFile open(Path csv) throws IOException {
        while (true) {
            RecordFile file = new RecordFile(csv, OwnedFile.open(csv));
            try {
                if (file.prepare()) {
                    return file;
                }
            } catch (IOException | RuntimeException failed) {
                file.close();
                throw failed;
            }
            file.close(); // It was replaced by one with all columns.
        }
    }

    /** Throws the IOException that opening would; leaves the file, or that there is none, as it was. */
    static void check(Path csv) throws IOException {
        boolean absent = !Files.exists(csv, LinkOption.NOFOLLOW_LINKS);
        OwnedFile file = OwnedFile.open(csv);
        try (file) {
            kind(csv, file);
            if (absent && file.length() == 0) {
                Files.deleteIfExists(csv);
            }
        }
    }

    /** Returns false if the file was replaced, and has to be opened again. */
    private boolean prepare() throws IOException {
        Kind kind = kind(csv, out);
        if (kind == Kind.FRESH) {
            out.clear();
            out.append(HEADER);
            return true;
        }
        long torn = out.dropTornLine();
        if (torn > 0) {
            dropped.add(csv + ": dropped a torn last line of " + torn + " bytes");
        }
        LatencyDataset data = read();
        if (kind == Kind.EARLIER) {
            addColumns(data);
            return false;
        }
        for (LatencyRecord entry : data.records()) {
            held.add(entry.key() + "\t" + entry.execution());
            works.add(entry);
            platforms.putIfAbsent(entry.device().device(), entry.device().platform());
        }
        return true;
    }

    private static Kind kind(Path csv, OwnedFile file) throws IOException {
        String line = file.firstLine(MAX_HEADER_BYTES);
        if (HEADER.startsWith(line) && file.length() == line.length()) {
            return Kind.FRESH;
        }
        if (line.strip().equals(HEADER.strip())) {
            return Kind.OWN;
        }
        List<String> found = List.of(line.strip().replace("\"", "").split(",", -1));
        if (found.contains(RecordColumns.KERNELS) && RecordColumns.names().containsAll(found)) {
            return file.length() <= line.length() + 1 ? Kind.FRESH : Kind.EARLIER;
        }
        throw new IOException(csv + ":1: has other columns than a campaign writes; choose another file");
    }

    /**
     * Adds the columns that an earlier version of the library did not write, so that its campaign can resume. Their
     * values are empty.
     */
    private void addColumns(LatencyDataset data) throws IOException {
        if (!data.problems().isEmpty()) {
            throw new IOException(data.problems().get(0) + "; mend or remove this row of an earlier version, or choose"
                    + " another file");
        }
        replace(data.records());
    }

    private LatencyDataset read() throws IOException {
        return LatencyDataset.read(csv, out.content());
    }

    /**
     * Sets the marks that follow from comparing all measurements.
     *
     * @return all that the file holds; rows that are wrong are kept in the file, and with them the marks that it had
     */
    LatencyDataset mark() throws IOException {
        LatencyDataset data = read();
        List<LatencyRecord> compared = Marks.compare(data.records());
        if (compared.equals(data.records())) {
            return data;
        }
        LatencyDataset marked = LatencyDataset.of(compared).withProblems(data.problems());
        if (!data.problems().isEmpty()) {
            return marked.withProblems(List.of(csv + ": has wrong rows, so that the marks that follow from comparing"
                    + " measurements were not written into it"));
        }
        try {
            replace(compared);
            return marked;
        } catch (IOException failed) {
            return marked.withProblems(List.of(
                    "the marks that follow from comparing measurements were not written: " + failed.getMessage()));
        }
    }

    /** Replaces all records of the file, or none. Nothing can be appended afterwards. */
    private void replace(List<LatencyRecord> records) throws IOException {
        try {
            write(records);
        } catch (FileSystemException inUse) {
            out.close(); // Windows does not replace a file that is open.
            write(records);
        }
    }

    private void write(List<LatencyRecord> records) throws IOException {
        WholeFile.write(csv, whole -> {
            whole.write(HEADER.getBytes(StandardCharsets.UTF_8));
            for (LatencyRecord entry : records) {
                whole.write(CsvTable.line(RecordColumns.values(entry)).getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /**
     * Requires that what the file holds of a piece was measured of the same work.
     *
     * @throws IOException if the file holds measurements of other work under the piece's name
     */
    void requireSameWork(ProfileTarget piece) throws IOException {
        works.requireSame(csv, piece);
    }

    /**
     * Requires that what the file holds of a device was measured on the same hardware with the same execution provider:
     * measurements are told apart by the device's name.
     *
     * @throws IOException if the file holds measurements of another platform under the device's name
     */
    void requireSamePlatform(String device, Platform platform) throws IOException {
        Platform held = platforms.getOrDefault(device, Platform.UNKNOWN);
        List<String> other = held.contradictions(platform);
        if (!other.isEmpty()) {
            throw new IOException(csv + ": holds measurements of device '" + device + "' with "
                    + String.join(", ", other) + "; choose another file, or another name for the device (--device)");
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
        out.append(CsvTable.line(RecordColumns.values(entry)));
        held.add(entry.key() + "\t" + entry.execution());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
