package io.pepper.examples.http;

import io.javalin.http.GatewayTimeoutResponse;
import io.javalin.http.HttpResponseException;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.UnprocessableContentResponse;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterSession;
import io.pepper.distributed.ClusterSessionOptions;
import io.pepper.distributed.Deployment;
import io.pepper.document.SafeText;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSession;
import io.pepper.session.ModelSession;
import io.pepper.session.StageException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions that run deployments of a cluster: one for each deployment, for the version that serves. Its requests end
 * on the version on which they began. Thread-safe.
 *
 * @param <S> the type of sessions
 */
final class DeploymentSessions<S extends AutoCloseable> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeploymentSessions.class);

    /** The nodes are asked at most once in this time. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Source<S> source;
    private final RunLimits limits;
    private final InstantSource clock;
    private final Semaphore free;
    private final Map<String, Lease<S>> leases = new HashMap<>();
    private List<Deployment> known = List.of();
    private Instant asked = Instant.MIN;

    /** A cluster as this class needs it. */
    interface Source<S> {
        List<Deployment> deployments() throws IOException;

        S open(String deployment) throws IOException;
    }

    /** The use of a session. */
    interface Work<S> {
        void with(S session) throws IOException;
    }

    /** A session, and the number of requests that use it. */
    private static final class Lease<S> {
        private final String version;
        private final S session;
        private int users;
        private boolean retired;

        private Lease(String version, S session) {
            this.version = version;
            this.session = session;
        }
    }

    DeploymentSessions(Source<S> source, RunLimits limits, InstantSource clock) {
        this.source = source;
        this.limits = limits;
        this.clock = clock;
        this.free = new Semaphore(limits.maxRequests());
    }

    /** Returns sessions that run models. */
    static DeploymentSessions<ModelSession> of(ClusterClient client, RunLimits limits) {
        return of(client, limits, (deployment, options) -> ClusterSession.open(client, deployment, options));
    }

    /** Returns sessions that generate tokens. */
    static DeploymentSessions<GenerationSession> ofGenerators(ClusterClient client, RunLimits limits) {
        return of(
                client,
                limits,
                (deployment, options) ->
                        ClusterSession.openGeneration(client, deployment, options, GenerationOptions.DEFAULTS));
    }

    /** The opening of a session. */
    private interface Opener<S> {
        S open(String deployment, ClusterSessionOptions options) throws IOException;
    }

    private static <S extends AutoCloseable> DeploymentSessions<S> of(
            ClusterClient client, RunLimits limits, Opener<S> opener) {
        ClusterSessionOptions options =
                ClusterSessionOptions.DEFAULTS.withTimeout(limits.timeout()).withPatience(limits.patience());
        Source<S> cluster = new Source<>() {
            @Override
            public List<Deployment> deployments() throws IOException {
                return client.deployments();
            }

            @Override
            public S open(String deployment) throws IOException {
                return opener.open(deployment, options);
            }
        };
        return new DeploymentSessions<>(cluster, limits, InstantSource.system());
    }

    /** Returns the deployments of the cluster. */
    synchronized List<Deployment> deployments() throws IOException {
        Instant now = clock.instant();
        if (now.isBefore(asked) || !now.isBefore(asked.plus(FRESH))) {
            known = source.deployments();
            asked = now;
            retireOthers(known.stream().map(Deployment::name).collect(Collectors.toCollection(HashSet::new)));
        }
        return known;
    }

    private void retireOthers(Set<String> names) {
        for (String name : new ArrayList<>(leases.keySet())) {
            if (!names.contains(name)) {
                retire(name);
            }
        }
    }

    /**
     * Runs a request.
     *
     * @throws HttpResponseException if there is no such deployment, too many requests run, or the cluster does not answer
     */
    void run(String deployment, Work<S> work) throws IOException {
        if (!free.tryAcquire()) {
            throw new ServiceUnavailableResponse(
                    "too many requests: at most " + limits.maxRequests() + " run at the same time");
        }
        try {
            Lease<S> lease = take(deployment);
            try {
                work.with(lease.session);
            } finally {
                giveBack(lease);
            }
        } catch (StageException failed) {
            throw response(failed);
        } finally {
            free.release();
        }
    }

    /** Returns the response to a request whose session failed. */
    static HttpResponseException response(StageException failed) {
        String message = String.valueOf(failed.getMessage());
        return switch (failed.kind()) {
            case LOST, STUCK, OUT_OF_MEMORY, CLOSED, CANCELLED, STATE_LOST -> new ServiceUnavailableResponse(message);
            case TIMED_OUT, ABANDONED -> new GatewayTimeoutResponse(message);
            case FAILED -> new UnprocessableContentResponse(message);
        };
    }

    private synchronized Lease<S> take(String name) throws IOException {
        String version = serving(name).version();
        Lease<S> held = leases.get(name);
        if (held != null && !held.version.equals(version)) {
            retire(name);
            held = null;
        }
        if (held == null) {
            held = new Lease<>(version, source.open(name));
            leases.put(name, held);
        }
        held.users++;
        return held;
    }

    private Deployment serving(String name) throws IOException {
        List<Deployment> versions = deployments().stream()
                .filter(deployment -> deployment.name().equals(name))
                .toList();
        if (versions.isEmpty()) {
            throw new NotFoundResponse("no reachable node has a deployment '" + SafeText.line(name) + "'");
        }
        return versions.stream().filter(Deployment::isComplete).findFirst().orElseThrow(() -> {
            List<List<String>> nodes = versions.get(0).nodes();
            int part = nodes.indexOf(List.<String>of());
            return new ServiceUnavailableResponse(
                    "no reachable node serves part " + part + " of '" + name + "', of " + nodes.size());
        });
    }

    private void retire(String name) {
        Lease<S> old = leases.remove(name);
        if (old != null) {
            old.retired = true;
            closeUnused(old);
        }
    }

    private synchronized void giveBack(Lease<S> lease) {
        lease.users--;
        closeUnused(lease);
    }

    private void closeUnused(Lease<S> lease) {
        if (lease.retired && lease.users == 0) {
            try {
                lease.session.close();
            } catch (Exception failed) {
                LOG.warn("a session of version {} was not closed", lease.version, failed);
            }
        }
    }

    /** Closes all sessions once their requests have ended. */
    @Override
    public synchronized void close() {
        retireOthers(Set.of());
    }
}
