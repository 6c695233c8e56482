package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.HeldDeployment;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Refusal;
import io.pepper.export.DeploymentPlan;
import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member that holds no parts: it deploys, runs and looks. Thread-safe. */
public final class ClientService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientService.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(20);

    private final ScheduledExecutorService worker;
    private final Directory directory;
    private final Membership membership;
    private final Proofs proofs;
    private final CompletableFuture<Object> closing = new CompletableFuture<>();
    private final Phaser running = new Phaser(1);

    private ClientService(ScheduledExecutorService worker, Directory directory, Membership membership, Proofs proofs) {
        this.worker = worker;
        this.directory = directory;
        this.membership = membership;
        this.proofs = proofs;
    }

    /**
     * Joins a cluster.
     *
     * @param name the name of the client
     * @param settings the settings of the actor system
     * @param seeds members, {@code HOST:PORT}
     * @param patience the longest time
     * @return the client, for the caller to close
     * @throws IOException if no seed accepts it
     */
    public static ClientService join(String name, SystemSettings settings, List<String> seeds, Duration patience)
            throws IOException {
        Proofs proofs = new Proofs(settings.identity());
        ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "pepper-client");
            thread.setDaemon(true);
            return thread;
        });
        Directory directory = new Directory(proofs, worker);
        Hello hello = Hello.newBuilder()
                .setName(name)
                .setClient(true)
                .setNonce(Proofs.nonce())
                .build();
        try {
            Membership membership = Membership.start(settings, seeds, hello, directory, new Inbox(directory), patience);
            membership.note();
            return new ClientService(worker, directory, membership, proofs);
        } catch (IOException | RuntimeException failed) {
            worker.shutdown();
            throw failed;
        }
    }

    /** The receiver of messages. */
    private record Inbox(Directory directory) implements ClusterSystem.Listener {
        @Override
        public void received(Envelope message, Consumer<Envelope> reply) {
            if (message.hasStateChanged() && message.getWire() == Wire.VERSION) {
                directory.ask(message.getStateChanged().getName());
            } else {
                reply.accept(Envelope.newBuilder()
                        .setWire(Wire.VERSION)
                        .setRefusal(Refusal.newBuilder().setReason("it is a client, not a node"))
                        .build());
            }
        }

        @Override
        public void changed() {
            directory.changed();
        }
    }

    /**
     * Returns the nodes of the cluster, after each has been asked for its state.
     *
     * @return the directory
     * @throws InterruptedException if the thread is interrupted
     */
    public Directory directory() throws InterruptedException {
        directory.refresh();
        return directory;
    }

    /**
     * Returns what a session needs to run the serving version of a deployment.
     *
     * @param deployment the name of the deployment
     * @return the version, its manifest, and the nodes
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if no node serves it
     */
    public FlowTarget target(String deployment) throws IOException, InterruptedException {
        Directory known = directory();
        Serving serving = serving(known, deployment);
        return new FlowTarget(
                deployment,
                serving.version,
                serving.documents.manifest(deployment, serving.version),
                known,
                proofs.identity().map(identity -> identity::context));
    }

    /**
     * Returns the plan of the serving version of a deployment.
     *
     * @param deployment the name of the deployment
     * @return the plan
     * @throws InterruptedException if the thread is interrupted
     * @throws IOException if no node serves it, or its file is no plan
     */
    public DeploymentPlan plan(String deployment) throws IOException, InterruptedException {
        Serving serving = serving(directory(), deployment);
        return serving.documents.plan(deployment, serving.version);
    }

    /** A serving version, and a node that holds its documents. */
    private record Serving(String version, DocumentFetch documents) {}

    private Serving serving(Directory known, String deployment) throws IOException {
        for (Directory.Known node : known.nodes().values()) {
            for (HeldDeployment held : node.state().map(NodeState::getHeldList).orElse(List.of())) {
                if (held.getName().equals(deployment)
                        && held.getServing()
                        && node.peer().reachable()) {
                    return new Serving(
                            held.getVersion(),
                            new DocumentFetch(system(), node.peer().address()));
                }
            }
        }
        throw new IOException("no reachable node serves a deployment '" + deployment + "'");
    }

    /** Returns the actor system of the moment. */
    ClusterSystem system() {
        return membership.system();
    }

    /** Returns the proofs of this client. */
    Proofs proofs() {
        return proofs;
    }

    /** Returns a node as this client uses it, until the client is closed. */
    RemoteNode node(String name, Directory known) {
        return new RemoteNode(name, known, system(), proofs, closing);
    }

    /**
     * Lets a node do a task.
     *
     * @param request the request
     * @param progress receives the progress of the task
     * @return the answer
     * @throws SilentNodeException if the node is lost
     * @throws IOException if the node refuses the task or the task fails
     */
    public TaskRequest.Answer perform(TaskRequest request, ProgressListener progress) throws IOException {
        RemoteNode ending = new RemoteNode(request.node(), directory, system(), proofs, new CompletableFuture<>());
        running.register();
        try {
            return new TaskCall(node(request.node(), directory), ending, proofs, request, progress).perform();
        } finally {
            running.arriveAndDeregister();
        }
    }

    /**
     * Removes an ended task from a node.
     *
     * @param request the request
     * @throws SilentNodeException if the node is lost
     * @throws IOException if the node refuses, for instance because the task runs
     */
    public void remove(TaskRequest request) throws IOException {
        RemoteNode node = node(request.node(), directory);
        new TaskCall(node, node, proofs, request, ProgressListener.NONE).remove();
    }

    /** Cancels the tasks that wait for their nodes, and leaves the cluster. */
    @Override
    public void close() {
        closing.completeExceptionally(new ClosedClientException());
        int phase = running.arriveAndDeregister();
        try {
            running.awaitAdvanceInterruptibly(phase, LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException late) {
            LOG.warn("a node has not ended its task in time", late);
        }
        membership.close();
        worker.shutdown();
    }
}
