package io.pepper.predict;

import io.pepper.cluster.Platform;
import io.pepper.internal.text.WholeFile;
import io.pepper.measure.OperatorSweep;
import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.predict.internal.csv.Headers;
import io.pepper.predict.internal.csv.Row;
import io.pepper.workload.Workload;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * A data set of measured latencies. Immutable and therefore thread-safe. {@code docs/latency-data.md} describes the
 * columns of the files.
 *
 * <pre>{@code
 * LatencyDataset data = LatencyDataset.read(Path.of("data.csv"));
 * data.problems().forEach(System.err::println);
 * }</pre>
 */
public final class LatencyDataset {
    private final List<LatencyRecord> records;
    private final List<String> problems;

    private LatencyDataset(List<LatencyRecord> records, List<String> problems) {
        this.records = List.copyOf(records);
        this.problems = List.copyOf(problems);
    }

    /**
     * Returns a data set of records.
     *
     * @param records the measurements
     * @return the data set, without problems
     */
    public static LatencyDataset of(List<LatencyRecord> records) {
        return new LatencyDataset(records, List.of());
    }

    /** Returns a data set of records, with the problems of the rows that were left out. */
    static LatencyDataset of(List<LatencyRecord> records, List<String> problems) {
        return new LatencyDataset(records, problems);
    }

    /**
     * Reads a file of {@link LatencyProfiler}, or one of the original PEPPER with its own clean-up. Invalid rows are
     * left out and reported in {@link #problems()}: the first thousand one by one, the others by their number. A file
     * whose name ends in {@code .gz} is decompressed.
     *
     * @param file comma-separated values
     * @return the measurements
     * @throws IOException if the file cannot be read or lacks the required columns
     */
    public static LatencyDataset read(Path file) throws IOException {
        return read(file, PaperCleanup.AS_IN_THE_PAPER);
    }

    /**
     * Reads a file like {@link #read(Path)}, with a given clean-up.
     *
     * @param file comma-separated values
     * @param cleanup the clean-up of a file of the original; other files ignore it
     * @return the measurements
     * @throws IOException if the file cannot be read or lacks the required columns
     */
    public static LatencyDataset read(Path file, PaperCleanup cleanup) throws IOException {
        try (InputStream in = open(file)) {
            return read(file, in, cleanup);
        } catch (ZipException | EOFException damaged) {
            throw new IOException(file + ": is not a valid gzip file: " + damaged.getMessage(), damaged);
        }
    }

    /** Reads the content of a file that is open already, which stays open. */
    static LatencyDataset read(Path file, InputStream content) throws IOException {
        return read(file, new BufferedInputStream(content), PaperCleanup.AS_IN_THE_PAPER);
    }

    private static LatencyDataset read(Path file, InputStream in, PaperCleanup cleanup) throws IOException {
        List<LatencyRecord> records = new ArrayList<>();
        RowProblems problems = new RowProblems(file);
        PaperRecords original = new PaperRecords(cleanup.dropMiddleLoads(), cleanup.normalizeToFourCores());
        List<String> columns = CsvTable.read(
                file.toString(),
                in,
                (line, values) -> {
                    try {
                        Row row = new Row(values);
                        if (values.containsKey("execution_time_seconds")) {
                            records.add(RecordColumns.read(row));
                        } else {
                            original.read(row).ifPresent(records::add);
                        }
                    } catch (IllegalArgumentException | DateTimeException wrong) {
                        problems.add(line, wrong.getMessage());
                    }
                },
                problems::add);
        Headers.require(file, columns, "execution_time_seconds", "execution_time");
        if (records.isEmpty() && problems.messages().isEmpty()) {
            problems.add(1, Headers.whyEmpty(columns.contains("execution_time_seconds")));
        }
        return new LatencyDataset(records, problems.messages());
    }

    /**
     * Writes the records; compresses them if the name ends in {@code .gz}. Records of the same piece are adjacent,
     * which keeps a compressed file small. The file appears whole or not at all, and replaces an existing one.
     *
     * @param file the file to write
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        WholeFile.write(file, out -> {
            try (OutputStream to = file.toString().endsWith(".gz") ? new GZIPOutputStream(out) : out) {
                to.write(CsvTable.line(RecordColumns.names()).getBytes(StandardCharsets.UTF_8));
                for (List<LatencyRecord> alike :
                        group(entry -> entry.model() + "\n" + entry.piece()).values()) {
                    for (LatencyRecord entry : alike) {
                        to.write(CsvTable.line(RecordColumns.values(entry)).getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        });
    }

    private static InputStream open(Path file) throws IOException {
        InputStream plain = new BufferedInputStream(Files.newInputStream(file));
        return file.toString().endsWith(".gz") ? new GZIPInputStream(plain) : plain;
    }

    /**
     * Returns the measurements.
     *
     * @return the records in the order of the file
     */
    public List<LatencyRecord> records() {
        return records;
    }

    /**
     * Returns the problems of the rows that were left out.
     *
     * @return file, line and reason of each; empty if all rows were valid
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * Returns the union of this data set and another.
     *
     * @param other the other data set
     * @return the records of both and the problems of both
     */
    public LatencyDataset plus(LatencyDataset other) {
        List<LatencyRecord> all = new ArrayList<>(records);
        all.addAll(other.records);
        List<String> messages = new ArrayList<>(problems);
        messages.addAll(other.problems);
        return new LatencyDataset(all, messages);
    }

    /**
     * Returns a copy with other workloads, for records whose work is described again.
     *
     * @param work returns the workload of a record's piece
     * @return the records in the same order, with these workloads
     */
    public LatencyDataset withWork(Function<LatencyRecord, Workload> work) {
        return new LatencyDataset(
                records.stream().map(entry -> entry.withWork(work.apply(entry))).toList(), problems);
    }

    /**
     * Returns the number of records with each mark.
     *
     * @return the number of records by mark, in the order of the marks, without marks that no record has
     */
    public Map<Mark, Integer> marks() {
        return Marks.count(records);
    }

    /**
     * Returns a description of the marks, for people.
     *
     * @return a line for each mark with its meaning and examples; empty without marks
     */
    public List<String> markLines() {
        return Marks.descriptions(records);
    }

    /**
     * Returns the records without {@linkplain Mark marks}.
     *
     * @return the data set of these records
     */
    public LatencyDataset unmarked() {
        return new LatencyDataset(
                records.stream().filter(entry -> entry.marks().isEmpty()).toList(), problems);
    }

    LatencyDataset withProblems(List<String> more) {
        List<String> messages = new ArrayList<>(problems);
        messages.addAll(more);
        return new LatencyDataset(records, messages);
    }

    /**
     * Returns one record for each key: the mean of its measurements. On a machine that alternates between a fast and a
     * slow pace, the mean of a few measurements varies less than their median, which jumps between the two.
     *
     * @return the means, in the order of the first record of each key; the states are those of the first record, with
     *     the mean load
     */
    public LatencyDataset averaged() {
        return new LatencyDataset(
                byKey().values().stream().map(LatencyRecord::mean).toList(), problems);
    }

    /**
     * Returns the records of models.
     *
     * @return the data set without the records of the {@linkplain OperatorSweep operator sweep}
     */
    public LatencyDataset withoutSweep() {
        return new LatencyDataset(
                records.stream()
                        .filter(entry -> !entry.model().equals(OperatorSweep.MODEL))
                        .toList(),
                problems);
    }

    /**
     * Returns the records grouped by {@link LatencyRecord#key()}.
     *
     * @return the records by key, in the order of the file
     */
    public Map<String, List<LatencyRecord>> byKey() {
        return group(LatencyRecord::key);
    }

    /**
     * Returns the platforms on which the records were measured.
     *
     * @return the distinct platforms in the order of the file, with unknown values where the file does not state them
     */
    public List<Platform> platforms() {
        return records.stream()
                .map(entry -> entry.device().platform())
                .distinct()
                .toList();
    }

    /**
     * Returns the records of each kind of device: of the devices of one kind, instruction set and execution provider. A device
     * of unknown kind stands alone. Values that some records of a device do not state are those of its other records.
     *
     * @return the data sets by the kind or, if it is unknown, by the device's name; the instruction set and the provider
     *     follow where several of one kind differ in them; in the order of the file, without problems
     */
    public Map<String, LatencyDataset> byDeviceKind() {
        Map<String, LatencyDataset> kinds = new LinkedHashMap<>();
        DeviceKinds.of(records).forEach((name, own) -> kinds.put(name, LatencyDataset.of(own)));
        return kinds;
    }

    /**
     * Returns the records in groups.
     *
     * @param group returns the name of a record's group
     * @return the records by group; groups and records are in the order of the file
     */
    public Map<String, List<LatencyRecord>> group(Function<LatencyRecord, String> group) {
        return records.stream().collect(Collectors.groupingBy(group, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * Returns a fingerprint of the records.
     *
     * @return the SHA-256 of the records, 64 hexadecimal digits
     */
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (LatencyRecord entry : records) {
                digest.update(CsvTable.line(RecordColumns.values(entry)).getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    /** Returns for instance {@code LatencyDataset[1200 records, 0 problems]}. */
    @Override
    public String toString() {
        return "LatencyDataset[" + records.size() + " records, " + problems.size() + " problems]";
    }
}
