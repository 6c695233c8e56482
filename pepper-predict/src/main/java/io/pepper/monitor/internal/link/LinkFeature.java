package io.pepper.monitor.internal.link;

import com.sun.net.httpserver.HttpHandler;
import io.pepper.monitor.internal.agent.AgentFeature;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;

/** The measurement of links as a feature of an agent. Thread-safe. */
public final class LinkFeature implements AgentFeature {
    private final LinkMeter meter;
    private final LinkHandler handler;

    private LinkFeature(LinkMeter meter, LinkTurns turns) {
        this.meter = meter;
        this.handler = new LinkHandler(turns, meter);
    }

    /**
     * Starts the schedule of the options, if there is one, and answers the measurements of other agents.
     *
     * @param device the name of the agent's device
     * @param options the peers, the schedule and the limits, which were checked
     * @return the feature, for the caller to close
     * @throws IllegalArgumentException if a peer has the name of the device
     */
    public static LinkFeature start(String device, LinkSettings options) {
        if (options.peers().containsKey(device)) {
            throw new IllegalArgumentException("the device '" + device + "' has no link to itself");
        }
        LinkTurns turns = new LinkTurns(System::nanoTime);
        LinkMeter meter = new LinkMeter(device, options, turns);
        meter.start();
        return new LinkFeature(meter, turns);
    }

    @Override
    public void register(PrometheusRegistry registry) {
        registry.register(new LinkCollector(meter));
    }

    @Override
    public Map<String, HttpHandler> handlers() {
        return Map.of("/link/", handler);
    }

    @Override
    public void close() {
        meter.close();
    }
}
