package io.pepper.distributed.internal.control;

import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.internal.model.Locations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parts of one version of a deployment on a node, and their files. Immutable and therefore thread-safe.
 *
 * @param parts the numbers of the parts, from 0
 * @param planned those of them whose planned device the node is; it is a spare for the others
 * @param files the files
 */
record StoredFiles(List<Integer> parts, List<Integer> planned, List<Entry> files) {
    private static final int MAX_FILES = 10_000;
    private static final int MAX_PARTS = 10_000;
    private static final int MAX_PATH = 1_000;
    private static final String PART = "part";
    private static final String PLANNED = "planned";
    private static final String FILE = "file";

    /** A file with its hash and its size. */
    record Entry(String path, String sha256, long bytes) {}

    StoredFiles {
        parts = List.copyOf(new TreeSet<>(parts));
        planned = List.copyOf(new TreeSet<>(planned));
        files = List.copyOf(files);
    }

    /** Returns the sum of the sizes. */
    long bytes() {
        return files.stream().mapToLong(Entry::bytes).sum();
    }

    /** Refuses lists that a node must not follow. */
    void check() throws IOException {
        if (!parts.containsAll(planned)
                || files.size() > MAX_FILES
                || parts.isEmpty()
                || parts.size() > MAX_PARTS
                || parts.get(0) < 0) {
            throw new IOException("the list has " + parts.size() + " parts and " + files.size()
                    + " files; allowed are 1 to " + MAX_PARTS + " parts and up to " + MAX_FILES + " files");
        }
        Set<String> paths = new HashSet<>();
        long sum = 0;
        for (Entry file : files) {
            check(file);
            sum += file.bytes();
            if (!paths.add(file.path()) || sum < 0) {
                throw new IOException("the file '" + file.path() + "' is listed twice, or the sizes exceed all bounds");
            }
        }
        for (String required : List.of(PartitionManifest.FILE_NAME, DeploymentPlan.FILE_NAME)) {
            if (!paths.contains(required)) {
                throw new IOException("the list has no " + required);
            }
        }
    }

    private static void check(Entry file) throws IOException {
        Optional<String> refusal = Locations.refusal(file.path());
        if (refusal.isPresent() || file.path().length() > MAX_PATH) {
            throw new IOException(
                    "the file '" + file.path() + "' does not lead into the store: it " + refusal.orElse("is too long"));
        }
        if (!PartStore.isHash(file.sha256()) || file.bytes() < 0) {
            throw new IOException("the file '" + file.path() + "' has the size " + file.bytes() + " and the SHA-256 '"
                    + file.sha256() + "'");
        }
    }

    /** Returns the lines of a document. */
    String text() {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(planned.contains(part) ? PLANNED : PART)
                .append(' ')
                .append(part)
                .append('\n'));
        files.forEach(file -> text.append(FILE + " ")
                .append(file.sha256())
                .append(' ')
                .append(file.bytes())
                .append(' ')
                .append(file.path())
                .append('\n'));
        return text.toString();
    }

    /** Reads the lines of a document. */
    static StoredFiles parse(String text) throws IOException {
        List<Integer> parts = new ArrayList<>();
        List<Integer> planned = new ArrayList<>();
        List<Entry> files = new ArrayList<>();
        try {
            for (String line : text.lines().toList()) {
                String[] words = line.split(" ", 4);
                if ((words[0].equals(PART) || words[0].equals(PLANNED)) && words.length == 2) {
                    parts.add(Integer.valueOf(words[1]));
                    planned.addAll(
                            words[0].equals(PLANNED) ? parts.subList(parts.size() - 1, parts.size()) : List.of());
                } else if (words[0].equals(FILE) && words.length == 4) {
                    files.add(new Entry(words[3], words[1], Long.parseLong(words[2])));
                } else {
                    throw new IOException("unknown line '" + line + "'");
                }
            }
        } catch (NumberFormatException wrong) {
            throw new IOException("a line has no number: " + wrong.getMessage(), wrong);
        }
        StoredFiles stored = new StoredFiles(parts, planned, files);
        stored.check();
        return stored;
    }
}
