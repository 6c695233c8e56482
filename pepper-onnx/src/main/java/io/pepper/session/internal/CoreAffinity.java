package io.pepper.session.internal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Binds threads to cores, with the command {@code taskset} of Linux. Stateless and therefore thread-safe. */
public final class CoreAffinity {
    private static final Path SELF = Path.of("/proc/thread-self");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final String COMMAND = "taskset";

    private CoreAffinity() {}

    /**
     * Returns the cores that this process may run on.
     *
     * @return core numbers, ascending; empty where threads cannot be bound
     */
    public static List<Integer> cores() {
        if (!isPossible()) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(ALLOWED))
                    .findFirst()
                    .map(line -> numbers(line.substring(ALLOWED.length()).strip()))
                    .orElse(List.of());
        } catch (IOException notLinux) {
            return List.of();
        }
    }

    private static boolean isPossible() {
        String path = System.getenv("PATH");
        return Files.isReadable(STATUS)
                && path != null
                && Stream.of(path.split(File.pathSeparator, -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, COMMAND)));
    }

    /** Reads {@code 0-3,8}. */
    static List<Integer> numbers(String list) {
        List<Integer> numbers = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", -1);
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /**
     * Binds threads of a process, found by name, to cores.
     *
     * @param process the process
     * @param names the prefix of the thread names, before a number from 0
     * @param threads the number of threads
     * @param cores the cores, assigned to the threads in turn
     * @throws IOException if a thread is missing or cannot be bound
     */
    public static void bind(long process, String names, int threads, List<Integer> cores) throws IOException {
        int bound = 0;
        for (Map.Entry<String, String> thread : threads(process).entrySet()) {
            if (thread.getValue().startsWith(names)) {
                int index = Integer.parseInt(thread.getValue().substring(names.length()));
                bind(thread.getKey(), String.valueOf(cores.get(index % cores.size())));
                bound++;
            }
        }
        if (bound != threads) {
            throw new IOException("only " + bound + " of " + threads + " threads could be bound to cores");
        }
    }

    /**
     * Binds the calling thread.
     *
     * @param cores the allowed cores, at least one
     * @throws IOException if the thread cannot be bound
     */
    public static void bindCurrentThread(List<Integer> cores) throws IOException {
        if (!isPossible()) {
            throw new IOException("threads cannot be bound here: that needs Linux and its command " + COMMAND);
        }
        Path self = Files.readSymbolicLink(SELF);
        bind(self.getFileName().toString(), cores.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /** Returns the names of a process's threads, by thread number of the system. */
    private static Map<String, String> threads(long process) throws IOException {
        List<Path> tasks;
        try (Stream<Path> listed = Files.list(Path.of("/proc", String.valueOf(process), "task"))) {
            tasks = listed.toList();
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (Path task : tasks) {
            try {
                names.put(
                        task.getFileName().toString(),
                        Files.readString(task.resolve("comm")).strip());
            } catch (IOException ended) {
                names.remove(task.getFileName().toString()); // Ended since: whoever needs it misses it by its name.
            }
        }
        return names;
    }

    private static void bind(String thread, String cores) throws IOException {
        Process process = new ProcessBuilder(COMMAND, "-p", "-c", cores, thread)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("thread " + thread + " cannot be bound to cores " + cores + ": " + output);
        }
    }
}
