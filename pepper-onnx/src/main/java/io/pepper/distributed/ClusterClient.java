package io.pepper.distributed;

import io.pepper.distributed.internal.control.ClientService;
import io.pepper.distributed.internal.control.Deployer;
import io.pepper.distributed.internal.control.Identity;
import io.pepper.distributed.internal.control.SeedAddresses;
import io.pepper.distributed.internal.control.SilentNodeException;
import io.pepper.distributed.internal.control.SystemSettings;
import io.pepper.distributed.internal.control.TaskRequest;
import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.net.HostPort;
import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A member of a cluster that holds no parts: it looks at the nodes, deploys and runs models. It listens on a free port,
 * which the nodes must reach. Thread-safe.
 *
 * <pre>{@code
 * try (ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of("127.0.0.1:7400")))) {
 *     client.nodes().forEach(System.out::println);
 * }
 * }</pre>
 */
public final class ClusterClient implements AutoCloseable {
    private final ClientService service;

    private ClusterClient(ClientService service) {
        this.service = service;
    }

    /**
     * Joins a cluster.
     *
     * @param options the options
     * @return the client, for the caller to close
     * @throws IOException if no seed accepts the client in time; the message names each seed and its reason
     * @throws NoClassDefFoundError if Pekko is not on the class path
     */
    public static ClusterClient join(ClusterClientOptions options) throws IOException {
        InetAddress own = options.advertised().isPresent()
                ? Listening.resolve(options.advertised().get())
                : towards(options.seeds());
        Optional<Identity> identity = Listening.identity(options.security(), options.name(), own);
        SystemSettings system = new SystemSettings(
                SeedAddresses.numeric(own),
                SeedAddresses.numeric(own),
                0,
                List.of(SystemSettings.CLIENT),
                identity,
                options.unreachableAfter(),
                options.removedAfter(),
                options.splitBrain().text(),
                1);
        return new ClusterClient(ClientService.join(options.name(), system, options.seeds(), options.joining()));
    }

    /** Returns the address of this machine from which the first known seed is reached. No packet is sent. */
    private static InetAddress towards(List<String> seeds) throws IOException {
        HostPort target = HostPort.parse(SeedAddresses.resolve(seeds).get(0));
        InetAddress address = InetAddress.getByName(target.host());
        if (address.isLoopbackAddress()) {
            return address;
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(address, target.port()));
            return socket.getLocalAddress();
        }
    }

    /**
     * Returns the nodes of the cluster. Each is asked for its state when it joins and when it reports a change.
     *
     * @return the nodes in the order of their names
     * @throws InterruptedIOException if the thread is interrupted
     */
    public List<NodeInfo> nodes() throws InterruptedIOException {
        List<NodeInfo> nodes = new ArrayList<>();
        try {
            service.directory().nodes().forEach((name, known) -> nodes.add(NodeInfos.of(name, known)));
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
        return nodes;
    }

    /**
     * Returns the deployments that reachable nodes hold.
     *
     * @return the versions in the order of their names
     * @throws InterruptedIOException if the thread is interrupted
     */
    public List<Deployment> deployments() throws InterruptedIOException {
        return Deployment.of(nodes());
    }

    /**
     * Deploys the parts of a plan: each node gets its own parts and those for which it is a spare, opens them, and runs
     * each once. Only when all nodes are ready, the new version serves, and the earlier one is removed. If this fails or
     * is interrupted before, the nodes forget the new version, and the earlier one serves on. Files that a node has
     * already are not sent again, and an interrupted connection continues where it broke.
     *
     * @param name the name of the deployment
     * @param directory the directory of {@code partition.json}, {@code plan.json} and the parts
     * @param spares the number of further nodes that hold each part, 0 or more
     * @param progress receives the sent bytes, on several threads
     * @return the version that now serves
     * @throws IOException if a device of the plan is not a node, a file is missing or changed, or a node refuses or fails;
     *     the message names the node and the part
     * @throws IllegalArgumentException if the name is not allowed, or the number is negative
     */
    public DeployResult deploy(String name, Path directory, int spares, ProgressListener progress) throws IOException {
        ClusterNames.require(name);
        if (spares < 0) {
            throw new IllegalArgumentException("spares " + spares + " is out of range");
        }
        Deployer.Result result = new Deployer(service, progress).deploy(name, directory, spares);
        return new DeployResult(name, result.version(), result.parts(), result.sentBytes(), result.notes());
    }

    /**
     * Removes all versions of a deployment.
     *
     * @param name the name of the deployment
     * @return the names of the nodes that held it
     * @throws IOException if no reachable node holds it, or a node refuses or fails
     */
    public List<String> undeploy(String name) throws IOException {
        return new Deployer(service, ProgressListener.NONE).undeploy(ClusterNames.require(name));
    }

    /**
     * Returns the plan of the serving version of a deployment, with the predicted times of its parts and messages.
     *
     * @param deployment the name of the deployment
     * @return the plan, as its deployer wrote it
     * @throws IllegalArgumentException if the name is not allowed
     * @throws IOException if no reachable node serves the deployment, or its plan cannot be read
     */
    public DeploymentPlan plan(String deployment) throws IOException {
        try {
            return service.plan(ClusterNames.require(deployment));
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while the nodes were asked");
    }

    /**
     * Lets a node do a task of one of its {@linkplain NodeCapability capabilities}, and waits for the end. If the thread is
     * interrupted or the client is closed meanwhile, the task is cancelled. If the client's process ends, the task continues: a
     * request with the same id, arguments and files attaches to it, gets its result, or resumes it.
     *
     * @param node the name of the node
     * @param capability the name of the capability
     * @param request what is to be done
     * @param progress receives the progress, on the calling thread, about once a second
     * @return the answer; results that are files were checked against their SHA-256
     * @throws NodeLostException if the node is not reachable, gives no answer, or has started again meanwhile; then the
     *     request can be repeated later
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException if the node has no such capability, is busy with another protected task, or refuses the client, or
     *     the task fails; the message names the node
     */
    public CapabilityAnswer perform(
            String node, String capability, CapabilityRequest request, ProgressListener progress) throws IOException {
        try {
            TaskRequest.Answer answer = service.perform(task(node, capability, request), progress);
            return new CapabilityAnswer(answer.text(), answer.files());
        } catch (SilentNodeException lost) {
            throw new NodeLostException(node, lost.getMessage(), lost);
        }
    }

    /**
     * Removes an ended task from a node, with all its files there. Else the files stay until the node needs the place for
     * later tasks.
     *
     * @param node the name of the node
     * @param capability the name of the capability
     * @param request the request of the task
     * @throws NodeLostException if the node is not reachable or gives no answer
     * @throws IOException if the task is running, or the node refuses
     */
    public void removeTask(String node, String capability, CapabilityRequest request) throws IOException {
        try {
            service.remove(task(node, capability, request));
        } catch (SilentNodeException lost) {
            throw new NodeLostException(node, lost.getMessage(), lost);
        }
    }

    private static TaskRequest task(String node, String capability, CapabilityRequest request) {
        return new TaskRequest(
                ClusterNames.require(node),
                ClusterNames.require(capability),
                request.id(),
                request.arguments(),
                request.files(),
                request.results());
    }

    /** Returns what a session needs to run the serving version of a deployment. */
    FlowTarget target(String deployment) throws IOException {
        try {
            return service.target(ClusterNames.require(deployment));
        } catch (InterruptedException stopped) {
            throw interrupted();
        }
    }

    /** Cancels the tasks that this client waits for, and leaves the cluster. */
    @Override
    public void close() {
        service.close();
    }
}
