package io.pepper.distributed;

import ai.onnxruntime.OnnxTensorLike;
import io.pepper.distributed.internal.control.Generating;
import io.pepper.distributed.internal.flow.FlowSession;
import io.pepper.distributed.internal.flow.FlowTarget;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationParts;
import io.pepper.generation.GenerationSession;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.AdaptiveSession;
import io.pepper.session.HopMetrics;
import io.pepper.session.ModelSession;
import io.pepper.session.RepeatableSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageMetrics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A session that runs a deployment on the nodes of a cluster. A tensor between two parts goes straight from the node that
 * makes it to each node that reads it, once. The session keeps the inputs of each request until it is answered: when a
 * node is lost, another one that serves its part takes over, and what is unanswered is sent again. Each request is
 * answered once or fails, in order, while this process lives; a part may compute a request twice. Thread-safe.
 *
 * <pre>{@code
 * try (ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of("seed:7400")));
 *         ClusterSession session = ClusterSession.open(client, "faces", ClusterSessionOptions.DEFAULTS);
 *         RunOutputs outputs = session.run(Map.of("x", image))) {
 *     use(outputs.tensor("y"));
 * }
 * }</pre>
 */
public final class ClusterSession implements RepeatableSession {
    private final FlowSession session;
    private final Closeable ending;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ClusterSession(FlowSession session, Closeable ending) {
        this.session = session;
        this.ending = ending;
    }

    /**
     * Opens a session for the version of a deployment that serves now, and waits until each part has a node.
     *
     * @param client a member of the cluster, which must stay open as long as the session
     * @param deployment the name of the deployment
     * @param options limits and times
     * @return the session, for the caller to close
     * @throws IllegalArgumentException if the name is not allowed
     * @throws io.pepper.session.StageException if no reachable nodes serve all parts within {@link
     *     ClusterSessionOptions#patience()}; the message names the part
     * @throws IOException if no node holds the deployment
     */
    public static ClusterSession open(ClusterClient client, String deployment, ClusterSessionOptions options)
            throws IOException {
        return new ClusterSession(FlowSession.open(client.target(deployment), options.flow()), () -> {});
    }

    /**
     * Opens a session that generates tokens with the version of a deployment that serves now. The caches stay on the
     * nodes. If a node is lost, another one that serves its part computes them again from the tokens of the sequence.
     *
     * @param client a member of the cluster, which must stay open as long as the session
     * @param deployment the name of the deployment
     * @param options limits and times
     * @param generation how to generate; the nodes limit the caches themselves
     * @return the session, for the caller to close
     * @throws io.pepper.model.UnsupportedModelException if the deployment is no text generator with caches, or has inputs
     *     that do not follow from its tokens; the message names them
     * @throws IOException see {@link #open}
     * @throws IllegalArgumentException if the name is not allowed
     */
    public static GenerationSession openGeneration(
            ClusterClient client, String deployment, ClusterSessionOptions options, GenerationOptions generation)
            throws IOException {
        FlowTarget target = client.target(deployment);
        GenerationParts parts = GenerationParts.ofElsewhere(target.manifest());
        ModelSession session = new ClusterSession(
                FlowSession.open(Generating.target(target, parts.manifest()), options.flow()), () -> {});
        return GenerationSession.over(parts, session, generation);
    }

    /**
     * Returns an opener for an {@link AdaptiveSession} whose placements run on the cluster. It deploys each placement
     * under a name of its own, and undeploys it when its session closes. It is thread-safe.
     *
     * @param client a member of the cluster, which must stay open as long as the session
     * @param name the beginning of the names of the deployments
     * @param model the model, which must stay open while placements are opened
     * @param segments its segments
     * @param directory the directory in which the parts are written before they are sent
     * @param options limits and times of each session
     * @return the opener
     */
    public static AdaptiveSession.Opener opener(
            ClusterClient client,
            String name,
            OnnxModel model,
            ModelSegments segments,
            Path directory,
            ClusterSessionOptions options) {
        PlacementDeployments deployments = new PlacementDeployments(client, name, options);
        return AdaptiveSession.Opener.of(model, segments, directory, deployments::open);
    }

    /** Returns a session that does something at its end. */
    static ClusterSession of(FlowSession session, Closeable ending) {
        return new ClusterSession(session, ending);
    }

    @Override
    public List<TensorInfo> inputs() {
        return session.inputs();
    }

    @Override
    public List<TensorInfo> outputs() {
        return session.outputs();
    }

    @Override
    public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return session.run(inputs);
    }

    @Override
    public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) throws IOException {
        return session.submit(inputs);
    }

    @Override
    public CompletableFuture<RunOutputs> submitRepeatable(Map<String, ? extends OnnxTensorLike> inputs)
            throws IOException {
        return session.submitRepeatable(inputs);
    }

    /**
     * Maps a stream of requests to a stream of outcomes in the same order, with as many requests in progress as the
     * session allows.
     *
     * @param requests the model's inputs by name, which the session takes over as in {@link #submit}
     * @return a publisher of outcomes for one subscriber, which closes the outputs
     */
    public Flow.Publisher<Outcome> process(Flow.Publisher<? extends Map<String, ? extends OnnxTensorLike>> requests) {
        return process(requests, session.maxUnderWay());
    }

    /**
     * Returns the device of each part.
     *
     * @return the devices in the order of the model; empty while no nodes serve all parts
     */
    public List<String> devices() {
        return session.devices();
    }

    /** Returns the metrics of the parts, as their nodes report them. */
    @Override
    public List<StageMetrics> metrics() {
        return session.metrics();
    }

    /**
     * Returns the metrics of the ways between devices.
     *
     * @return one entry for each part, in the order of the model, and one for the answers
     */
    @Override
    public List<HopMetrics> hops() {
        return session.hops();
    }

    /** Ends the requests in progress, which fail. The nodes forget them. The deployment stays. */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            session.close();
            ending.close();
        }
    }
}
