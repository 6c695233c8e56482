package io.pepper.predict;

import io.pepper.predict.internal.csv.CsvTable;
import io.pepper.predict.internal.csv.RecordColumns;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A file that records are added to, each forced to disk before the next is measured. */
final class RecordFile implements AutoCloseable {
    private final FileChannel channel;
    private final Set<String> held = new HashSet<>();
    private final List<String> dropped = new ArrayList<>();

    private RecordFile(FileChannel channel) {
        this.channel = channel;
    }

    static RecordFile open(Path csv) throws IOException {
        boolean fresh = !Files.exists(csv) || Files.size(csv) == 0;
        RecordFile file = new RecordFile(
                FileChannel.open(csv, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
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
        long end = channel.size();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (end > 0) {
            one.clear();
            channel.read(one, end - 1);
            if (one.get(0) == '\n') {
                break;
            }
            end--;
        }
        if (end < channel.size()) {
            dropped.add(csv + ": dropped a torn last line of " + (channel.size() - end) + " bytes");
            channel.truncate(end);
        }
        channel.position(end);
    }

    private void remember(Path csv) throws IOException {
        String header;
        try (BufferedReader reader = Files.newBufferedReader(csv)) {
            header = reader.readLine();
        }
        if (header == null
                || !header.equals(CsvTable.line(RecordColumns.names()).strip())) {
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

    /** What was dropped when the file was opened, for people. */
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
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
