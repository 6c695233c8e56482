package io.pepper.monitor.internal.agent;

import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;

/** A feature of an agent beside the metrics of its node: metrics of its own, and paths that it answers. */
public interface AgentFeature extends AutoCloseable {
    /**
     * Registers the feature's metrics.
     *
     * @param registry the registry of one agent
     */
    void register(PrometheusRegistry registry);

    /**
     * Returns the handlers of the feature.
     *
     * @return handlers by the start of the paths that they answer, for instance {@code /link/}. The agent has checked
     *     the caller before it calls them, and ends a call that takes longer than {@link AgentServer#MAX_SECONDS}
     */
    Map<String, HttpHandler> handlers();

    @Override
    void close();
}
