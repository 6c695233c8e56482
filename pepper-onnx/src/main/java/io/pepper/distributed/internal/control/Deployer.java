package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.proto.Abandon;
import io.pepper.distributed.internal.proto.Activate;
import io.pepper.distributed.internal.proto.Done;
import io.pepper.distributed.internal.proto.MissingFile;
import io.pepper.distributed.internal.proto.Open;
import io.pepper.distributed.internal.proto.Order;
import io.pepper.distributed.internal.proto.Prepare;
import io.pepper.distributed.internal.proto.StoredFile;
import io.pepper.distributed.internal.proto.Undeploy;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deploys parts to nodes: sends each node the files that it lacks, lets all open their parts, and only then makes the
 * version the serving one and removes the earlier ones. If a step before this fails, the nodes forget the version. Not
 * thread-safe.
 */
public final class Deployer {
    private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);
    private static final Duration SHORT = Duration.ofSeconds(30);
    private static final Duration OPENING = Duration.ofMinutes(30);
    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MILLIS = 1_000;

    private final ClientService client;
    private final ProgressListener progress;

    /**
     * Prepares.
     *
     * @param client the client
     * @param progress receives the sent bytes
     */
    public Deployer(ClientService client, ProgressListener progress) {
        this.client = client;
        this.progress = progress;
    }

    /**
     * The result of a deployment.
     *
     * @param version the version
     * @param parts the parts of each node
     * @param sentBytes the bytes that were sent
     * @param notes remarks of the nodes
     */
    public record Result(String version, Map<String, List<Integer>> parts, long sentBytes, List<String> notes) {}

    /** A step on one node. */
    private interface Step {
        void run(RemoteNode node) throws IOException;
    }

    /**
     * Deploys a directory.
     *
     * @param name the name of the deployment
     * @param directory the directory of the parts and their plan
     * @param spares the number of further nodes that hold each part
     * @return the result
     * @throws IOException if a node is missing, refuses, or fails; the earlier version then serves on
     */
    public Result deploy(String name, Path directory, int spares) throws IOException {
        ShippedFiles files = ShippedFiles.read(directory);
        Map<String, RemoteNode> nodes = nodes();
        Map<String, List<Integer>> assignment = Assignment.of(files.plan().devices(), nodes.keySet(), spares);
        String version = files.version(assignment);
        List<RemoteNode> chosen = assignment.keySet().stream().map(nodes::get).toList();
        Transfer transfer = new Transfer(files, name, version, assignment);
        try {
            transfer.run(chosen);
            onEach(chosen, node -> transfer.open(node));
        } catch (IOException | RuntimeException failed) {
            abandon(chosen, name, version);
            throw failed;
        }
        onEach(chosen, node -> node.order(order(name, version).setActivate(Activate.getDefaultInstance()), SHORT));
        retire(nodes, name, version);
        return new Result(version, assignment, transfer.sent.get(), List.copyOf(transfer.notes));
    }

    /**
     * Removes all versions of a deployment from all nodes.
     *
     * @param name the name of the deployment
     * @return the nodes that held it
     * @throws IOException if no node holds it, or a node refuses or fails
     */
    public List<String> undeploy(String name) throws IOException {
        List<RemoteNode> holders = new ArrayList<>();
        Map<String, RemoteNode> nodes = nodes();
        directory().nodes().forEach((node, known) -> {
            boolean holds = known.state().stream()
                    .flatMap(state -> state.getHeldList().stream())
                    .anyMatch(held -> held.getName().equals(name));
            if (holds && nodes.containsKey(node)) {
                holders.add(nodes.get(node));
            }
        });
        if (holders.isEmpty()) {
            throw new IOException("no reachable node holds a deployment '" + name + "'");
        }
        onEach(holders, node -> node.order(order(name, "").setUndeploy(Undeploy.getDefaultInstance()), SHORT));
        return holders.stream().map(RemoteNode::name).toList();
    }

    private Directory directory() throws IOException {
        try {
            return client.directory();
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        InterruptedIOException end = new InterruptedIOException("the deployment was interrupted");
        end.initCause(stopped);
        return end;
    }

    private Map<String, RemoteNode> nodes() throws IOException {
        Directory directory = directory();
        Map<String, RemoteNode> nodes = new TreeMap<>();
        directory.nodes().forEach((name, known) -> {
            if (known.peer().reachable() && known.state().isPresent()) {
                nodes.put(name, client.node(name, directory));
            }
        });
        return nodes;
    }

    private static Order.Builder order(String name, String version) {
        return Order.newBuilder().setDeployment(name).setVersion(version);
    }

    /** Does a step on all nodes at once. The first failure stops the others. */
    private static void onEach(List<RemoteNode> nodes, Step step) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, nodes.size()), work -> {
            Thread thread = new Thread(work, "pepper-deploy");
            thread.setDaemon(true);
            return thread;
        });
        try {
            ExecutorCompletionService<Boolean> running = new ExecutorCompletionService<>(threads);
            for (RemoteNode node : nodes) {
                running.submit(() -> {
                    step.run(node);
                    return true;
                });
            }
            for (int done = 0; done < nodes.size(); done++) {
                get(running.take());
            }
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        } finally {
            threads.shutdownNow();
        }
    }

    private static void get(Future<Boolean> done) throws IOException, InterruptedException {
        try {
            done.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }

    /** Lets the nodes forget a version. The thread may be interrupted already. */
    private static void abandon(List<RemoteNode> nodes, String name, String version) {
        boolean stopped = Thread.interrupted();
        for (RemoteNode node : nodes) {
            try {
                node.order(order(name, version).setAbandon(Abandon.getDefaultInstance()), SHORT);
            } catch (IOException gone) {
                LOG.warn(
                        "node {} may keep files of the abandoned version {}: {}",
                        node.name(),
                        version,
                        gone.getMessage());
            }
        }
        if (stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes the earlier versions. A node that does not answer removes them with the next deployment. */
    private static void retire(Map<String, RemoteNode> nodes, String name, String version) {
        for (RemoteNode node : nodes.values()) {
            try {
                node.order(order(name, version).setUndeploy(Undeploy.getDefaultInstance()), SHORT);
            } catch (IOException gone) {
                LOG.warn("node {} may keep earlier versions of {}: {}", node.name(), name, gone.getMessage());
            }
        }
    }

    /** The sending of the files. */
    private final class Transfer {
        private final ShippedFiles files;
        private final String name;
        private final String version;
        private final Map<String, List<Integer>> assignment;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong total = new AtomicLong();
        private final List<String> notes = java.util.Collections.synchronizedList(new ArrayList<>());

        Transfer(ShippedFiles files, String name, String version, Map<String, List<Integer>> assignment) {
            this.files = files;
            this.name = name;
            this.version = version;
            this.assignment = assignment;
        }

        private StoredFiles of(RemoteNode node) {
            return files.of(node.name(), assignment.getOrDefault(node.name(), List.of()));
        }

        void run(List<RemoteNode> nodes) throws IOException {
            Map<String, Done> answers = new TreeMap<>();
            for (RemoteNode node : nodes) {
                Done answer = prepare(node);
                answers.put(node.name(), answer);
                total.addAndGet(missingBytes(node, answer));
            }
            onEach(nodes, node -> send(node, answers.getOrDefault(node.name(), Done.getDefaultInstance())));
        }

        private long missingBytes(RemoteNode node, Done answer) {
            long bytes = 0;
            for (StoredFiles.Entry file : of(node).files()) {
                for (MissingFile missing : answer.getMissingList()) {
                    bytes += missing.getSha256().equals(file.sha256()) ? file.bytes() - missing.getStoredBytes() : 0;
                }
            }
            return bytes;
        }

        private Done prepare(RemoteNode node) throws IOException {
            StoredFiles wanted = of(node);
            Prepare.Builder prepare =
                    Prepare.newBuilder().addAllParts(wanted.parts()).addAllPlanned(wanted.planned());
            wanted.files()
                    .forEach(file -> prepare.addFiles(StoredFile.newBuilder()
                            .setPath(file.path())
                            .setSha256(file.sha256())
                            .setBytes(file.bytes())));
            return node.order(order(name, version).setPrepare(prepare), SHORT);
        }

        /** Sends the missing files; after a break it asks what has arrived, and continues there. */
        private void send(RemoteNode node, Done first) throws IOException {
            Done answer = first;
            for (int attempt = 1; ; attempt++) {
                try {
                    answer = attempt == 1 ? answer : prepare(node);
                    sendAll(node, answer);
                    return;
                } catch (SilentNodeException broken) {
                    if (attempt == ATTEMPTS) {
                        throw broken;
                    }
                    pause();
                }
            }
        }

        private void sendAll(RemoteNode node, Done answer) throws IOException {
            for (MissingFile missing : answer.getMissingList()) {
                try (FileSource file = files.open(missing.getSha256())) {
                    node.send(
                            file,
                            missing.getSha256(),
                            missing.getStoredBytes(),
                            bytes -> progress.progress(
                                    "sending " + name, Math.min(sent.addAndGet(bytes), total.get()), total.get()));
                }
            }
        }

        private void pause() throws IOException {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException stopped) {
                throw interrupted(stopped);
            }
        }

        void open(RemoteNode node) throws IOException {
            notes.addAll(node.order(order(name, version).setOpen(Open.getDefaultInstance()), OPENING)
                    .getNotesList());
        }
    }
}
