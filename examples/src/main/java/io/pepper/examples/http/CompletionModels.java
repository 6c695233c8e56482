package io.pepper.examples.http;

import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.Deployment;
import io.pepper.document.SafeText;
import io.pepper.generation.GenerationSession;
import io.pepper.session.StageException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** The models of completions: the generators of this process, and the deployments of a cluster. Thread-safe. */
final class CompletionModels implements AutoCloseable {
    private final TextGenerators generators;
    private final Optional<DeploymentSessions<GenerationSession>> deployments;
    private final GenerationLimits limits;
    private final Semaphore free;

    CompletionModels(TextGenerators generators, Optional<ClusterClient> cluster, ServiceOptions options) {
        this.generators = generators;
        this.limits = options.generations();
        this.free = new Semaphore(limits.maxRequests());
        RunLimits runs = options.runs();
        RunLimits steps = new RunLimits(runs.maxBytes(), limits.maxRequests(), limits.timeout(), runs.patience());
        this.deployments = cluster.map(client -> DeploymentSessions.ofGenerators(client, steps));
    }

    /** Returns the names of the generators and of the deployments that can answer. */
    Set<String> names() throws IOException {
        Set<String> names = new LinkedHashSet<>(generators.sessions().keySet());
        if (deployments.isPresent()) {
            deployments.get().deployments().stream()
                    .filter(Deployment::isComplete)
                    .map(Deployment::name)
                    .forEach(names::add);
        }
        return names;
    }

    Optional<TextGenerators.Vocabulary> vocabulary(String name) {
        return generators.vocabulary(name);
    }

    /**
     * Generates with a model. A generator of this process comes before a deployment of the same name.
     *
     * @throws io.javalin.http.HttpResponseException if there is no such model, too many requests run, or a part fails
     */
    void run(String name, DeploymentSessions.Work<GenerationSession> work) throws IOException {
        if (!free.tryAcquire()) {
            throw new ServiceUnavailableResponse(
                    "too many requests: at most " + limits.maxRequests() + " run at the same time");
        }
        try {
            GenerationSession session = generators.sessions().get(name);
            if (session != null) {
                work.with(session);
            } else if (deployments.isPresent()) {
                deployments.get().run(name, work);
            } else {
                throw new NotFoundResponse("there is no model '" + SafeText.line(name) + "'", Map.of("param", "model"));
            }
        } catch (StageException failed) {
            throw DeploymentSessions.response(failed);
        } finally {
            free.release();
        }
    }

    @Override
    public void close() {
        deployments.ifPresent(DeploymentSessions::close);
    }
}
