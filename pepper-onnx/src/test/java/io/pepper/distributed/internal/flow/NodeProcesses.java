package io.pepper.distributed.internal.flow;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes in processes of their own, which can be killed and stopped. Nobody reports what happens to them. */
final class NodeProcesses implements AutoCloseable {
    private final Path directory;
    private final Addresses members = new Addresses();
    private final Map<String, Process> processes = new LinkedHashMap<>();

    NodeProcesses(Path directory) {
        this.directory = directory;
    }

    /** The addresses of nodes. */
    static final class Addresses implements Members {
        private final Map<String, DataAddress> known = new ConcurrentHashMap<>();
        private final Map<Integer, List<String>> holders = new ConcurrentHashMap<>();
        private final List<Listener> listeners = new CopyOnWriteArrayList<>();

        void learn(String line) {
            String[] parts = line.split("=", 2);
            known.put(parts[0], DataAddress.parse(parts[1]));
        }

        @Override
        public Optional<DataAddress> address(String device) {
            return Optional.ofNullable(known.get(device));
        }

        @Override
        public List<String> holders(String deployment, String version, int part) {
            return holders.getOrDefault(part, List.of());
        }

        @Override
        public Registration listen(Listener listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }
    }

    Addresses members() {
        return members;
    }

    /** Starts a node with some parts, and makes all nodes known to each other. */
    void start(String device, Integer... parts) throws IOException {
        String numbers =
                String.join(",", List.of(parts).stream().map(String::valueOf).toList());
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NodeProcess.class.getName(),
                        device,
                        directory.toString(),
                        numbers)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.put(device, process);
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String address = lines.readLine();
        if (address == null) {
            throw new IOException(device + " does not start");
        }
        members.learn(device + "=" + address);
        for (int part : parts) {
            members.holders.merge(part, List.of(device), (before, more) -> {
                List<String> all = new ArrayList<>(before);
                all.addAll(more);
                return List.copyOf(all);
            });
        }
        tellAll();
        members.listeners.forEach(listener -> listener.back(device));
    }

    private void tellAll() throws IOException {
        for (Process process : processes.values()) {
            if (process.isAlive()) {
                OutputStream out = process.getOutputStream();
                for (Map.Entry<String, DataAddress> node : members.known.entrySet()) {
                    out.write((node.getKey() + "=" + node.getValue() + "\n").getBytes(StandardCharsets.UTF_8));
                }
                out.flush();
            }
        }
    }

    /** Sends a signal to a node's process, such as KILL or STOP. */
    void signal(String device, String signal) throws Exception {
        Process process = processes.get(device);
        if (process == null) {
            throw new IllegalArgumentException(device);
        }
        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + signal + " fails");
        }
    }

    Set<String> devices() {
        return processes.keySet();
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
    }
}
