package io.pepper.predict;

import io.pepper.document.WholeFile;
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
import org.jspecify.annotations.Nullable;

/**
 * Measured latencies. Immutable and therefore thread-safe. {@code docs/latency-data.md} describes the columns of the files.
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
     * A data set of records.
     *
     * @param records what was measured
     * @return the data set
     */
    public static LatencyDataset of(List<LatencyRecord> records) {
        return new LatencyDataset(records, List.of());
    }

    /**
     * Reads a file of {@link LatencyProfiler}, or one of the original PEPPER with its own clean-up. Rows that are wrong are left
     * out, and said in {@link #problems()}, the first thousand one by one. A file whose name ends in {@code .gz} is decompressed.
     *
     * @param file comma-separated values
     * @return what was measured
     * @throws IOException if it cannot be read, or has other columns
     */
    public static LatencyDataset read(Path file) throws IOException {
        return read(file, PaperCleanup.AS_IN_THE_PAPER);
    }

    /**
     * Reads a file, see {@link #read(Path)}.
     *
     * @param file comma-separated values
     * @param cleanup what to do with a file of the original; it does not matter for others
     * @return what was measured
     * @throws IOException if it cannot be read, or has other columns
     */
    public static LatencyDataset read(Path file, PaperCleanup cleanup) throws IOException {
        List<LatencyRecord> records = new ArrayList<>();
        Problems problems = new Problems(file);
        OriginalRecords original = new OriginalRecords(cleanup.dropMiddleLoads(), cleanup.normalizeToFourCores());
        try (InputStream in = open(file)) {
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
            if (records.isEmpty() && problems.said().isEmpty()) {
                problems.add(1, Headers.whyEmpty(columns.contains("execution_time_seconds")));
            }
        } catch (ZipException | EOFException damaged) {
            throw new IOException(file + ": is no sound gzip file: " + damaged.getMessage(), damaged);
        }
        return new LatencyDataset(records, problems.said());
    }

    /** What is wrong with rows: the first of them by line, the others by number, so that a file of nothing else takes no memory. */
    private static final class Problems {
        private static final int MOST = 1_000;
        private final Path file;
        private final List<String> first = new ArrayList<>();
        private long others;

        Problems(Path file) {
            this.file = file;
        }

        void add(long line, @Nullable String problem) {
            if (first.size() < MOST) {
                first.add(file + ":" + line + ": " + problem);
            } else {
                others++;
            }
        }

        List<String> said() {
            List<String> said = new ArrayList<>(first);
            if (others > 0) {
                said.add(file + ": " + others + " more rows are wrong");
            }
            return said;
        }
    }

    /**
     * Writes the records, compressed if the name ends so ({@code .gz}). Records of the same piece stand together, which keeps a
     * compressed file small. The file appears whole or not at all, in the place of one that was there.
     *
     * @param file where
     * @throws IOException if it cannot be written
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
     * What was measured.
     *
     * @return in the order of the file
     */
    public List<LatencyRecord> records() {
        return records;
    }

    /**
     * The rows that were left out.
     *
     * @return file, line and reason of each; empty if all were right
     */
    public List<String> problems() {
        return problems;
    }

    /**
     * This data set and another.
     *
     * @param other more
     * @return all records, and all problems
     */
    public LatencyDataset plus(LatencyDataset other) {
        List<LatencyRecord> all = new ArrayList<>(records);
        all.addAll(other.records);
        List<String> said = new ArrayList<>(problems);
        said.addAll(other.problems);
        return new LatencyDataset(all, said);
    }

    /**
     * The same times of other work: for records whose work was described anew.
     *
     * @param work says what a record's piece asks for
     * @return as many records, in the same order
     */
    public LatencyDataset withWork(Function<LatencyRecord, Workload> work) {
        return new LatencyDataset(
                records.stream().map(entry -> entry.withWork(work.apply(entry))).toList(), problems);
    }

    /**
     * How many measurements there are reasons not to believe.
     *
     * @return the number of records with each mark that any has, in the order of the marks
     */
    public Map<Mark, Integer> marks() {
        return Marks.count(records);
    }

    /**
     * The same for people.
     *
     * @return a line for each mark, with what it means and examples; empty without marks
     */
    public List<String> markLines() {
        return Marks.said(records);
    }

    /**
     * The measurements that nothing speaks against.
     *
     * @return all records without {@linkplain Mark marks}
     */
    public LatencyDataset unmarked() {
        return new LatencyDataset(
                records.stream().filter(entry -> entry.marks().isEmpty()).toList(), problems);
    }

    LatencyDataset withProblems(List<String> more) {
        List<String> said = new ArrayList<>(problems);
        said.addAll(more);
        return new LatencyDataset(records, said);
    }

    /**
     * One record of each key: the means of what was measured. Where a machine has a fast and a slow pace and changes between
     * them, the mean of some is known better than the middle one, which is now of the one pace and now of the other.
     *
     * @return as many records as there are keys, in the order of their first ones; their states are of the first, but for the mean
     *     load
     */
    public LatencyDataset averaged() {
        return new LatencyDataset(
                byKey().values().stream().map(LatencyRecord::mean).toList(), problems);
    }

    /**
     * The records of models.
     *
     * @return all but those of the {@linkplain OperatorSweep operator sweep}
     */
    public LatencyDataset withoutSweep() {
        return new LatencyDataset(
                records.stream()
                        .filter(entry -> !entry.model().equals(OperatorSweep.MODEL))
                        .toList(),
                problems);
    }

    /**
     * Records with the same {@link LatencyRecord#key()}.
     *
     * @return in the order of the file
     */
    public Map<String, List<LatencyRecord>> byKey() {
        return group(LatencyRecord::key);
    }

    /**
     * Records grouped.
     *
     * @param group names the group of a record
     * @return records by group, groups and records in the order of the file
     */
    public Map<String, List<LatencyRecord>> group(Function<LatencyRecord, String> group) {
        return records.stream().collect(Collectors.groupingBy(group, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * What tells this data set from others.
     *
     * @return the SHA-256 of its records, 64 hexadecimal digits
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

    /** For instance {@code LatencyDataset[1200 records, 0 problems]}. */
    @Override
    public String toString() {
        return "LatencyDataset[" + records.size() + " records, " + problems.size() + " problems]";
    }
}
