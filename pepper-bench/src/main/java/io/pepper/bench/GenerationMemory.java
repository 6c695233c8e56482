package io.pepper.bench;

import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.TokenSequence;
import io.pepper.session.PipelineOptions;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * The memory of a process in which several sequences grow. It runs by itself with a small heap, since a large one grows
 * into its limit whatever the sequences do, and as nodes do, which let glibc return what is free.
 */
final class GenerationMemory {
    private static final int TOKENS = 2000;
    private static final int CHUNK = 100;
    private static final int SINGLE = 5;
    private static final double MIB = 1 << 20;
    private static final double KIB = 1024;

    private GenerationMemory() {}

    /** Prints the table of a directory of parts, in a process of its own. */
    static void print(Path parts, int sequences, double plannedBytes) throws IOException, InterruptedException {
        ProcessBuilder process = new ProcessBuilder(
                        FlowNodes.java(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:MaxDirectMemorySize=2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GenerationMemory.class.getName(),
                        parts.toString(),
                        String.valueOf(sequences),
                        String.valueOf(plannedBytes))
                .inheritIO();
        process.environment().put("MALLOC_TRIM_THRESHOLD_", "131072");
        if (process.start().waitFor() != 0) {
            throw new IOException("the measurement of memory failed");
        }
    }

    /** Takes the directory of the parts, the number of sequences, and the planned bytes of all their caches. */
    public static void main(String... args) throws IOException {
        GenerationOptions options = GenerationOptions.DEFAULTS.withPipeline(PipelineOptions.DEFAULTS.withRuntime(
                SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS.withThreads(1))));
        try (GenerationSession session = GenerationSession.open(Path.of(args[0]), options)) {
            List<TokenSequence> sequences = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                sequences.add(session.newSequence());
            }
            for (int length = CHUNK; length <= TOKENS; length += CHUNK) {
                for (TokenSequence sequence : sequences) {
                    grow(sequence);
                }
                if (length % (TOKENS / 4) == 0) {
                    double caches = cacheBytes(session);
                    double spare = caches / sequences.size();
                    System.out.printf(
                            Locale.ROOT,
                            "process without its caches, %d tokens each: %.0f MiB (caches %.0f MiB, a spare set %.0f MiB)%n",
                            length,
                            (resident() - caches - spare) / MIB,
                            caches / MIB,
                            spare / MIB);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "caches to the planned ones: %.3f%n",
                    cacheBytes(session) / Double.parseDouble(args[2]));
            sequences.forEach(TokenSequence::close);
        }
    }

    private static double cacheBytes(GenerationSession session) {
        return session.cacheBytes().stream().mapToLong(Long::longValue).sum();
    }

    /** Adds tokens one by one at the end, and in one step before, to be quick. */
    private static void grow(TokenSequence sequence) throws IOException {
        sequence.append(LongStream.range(0, CHUNK - SINGLE).boxed().toList());
        for (int i = 0; i < SINGLE; i++) {
            sequence.append(List.of((long) i));
        }
    }

    /** Returns the resident memory of this process in bytes. */
    private static double resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
            }
        }
        throw new IOException("/proc/self/status has no VmRSS");
    }
}
