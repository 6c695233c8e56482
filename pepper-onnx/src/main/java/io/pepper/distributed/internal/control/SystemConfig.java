package io.pepper.distributed.internal.control;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.ActorSystem;

/** The configuration of Pekko. Neither {@code application.conf} nor system properties of the host change it. */
final class SystemConfig {
    private static final int HEARTBEATS = 5;
    private static final long LONGEST_INTERVAL = 1_000;

    private SystemConfig() {}

    static Config of(SystemSettings settings) {
        Map<String, Object> values = new HashMap<>();
        addActors(values);
        addRemote(values, settings);
        addCluster(values, settings);
        addFailures(values, settings);
        return ConfigFactory.parseMap(values)
                .withFallback(ConfigFactory.defaultReference(ActorSystem.class.getClassLoader()))
                .resolve();
    }

    private static void addActors(Map<String, Object> values) {
        values.put("pekko.actor.provider", "cluster");
        values.put("pekko.actor.allow-java-serialization", "off");
        values.put("pekko.actor.warn-about-java-serializer-usage", "on");
        // The receptionist would start distributed data on each node.
        values.put("pekko.actor.typed.library-extensions", List.of());
        values.put("pekko.loggers", List.of("org.apache.pekko.event.slf4j.Slf4jLogger"));
        values.put("pekko.logging-filter", "org.apache.pekko.event.slf4j.Slf4jLoggingFilter");
        values.put("pekko.loglevel", "WARNING");
        values.put("pekko.stdout-loglevel", "OFF");
        values.put("pekko.log-dead-letters", "off");
        values.put("pekko.log-dead-letters-during-shutdown", "off");
        values.put("pekko.jvm-exit-on-fatal-error", "off");
        values.put("pekko.daemonic", "on");
        values.put("pekko.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
        values.put("pekko.coordinated-shutdown.phases.cluster-leave.timeout", "5 s");
        values.put("pekko.coordinated-shutdown.phases.cluster-exiting.timeout", "5 s");
        for (String dispatcher : List.of("default-dispatcher", "internal-dispatcher")) {
            values.put("pekko.actor." + dispatcher + ".fork-join-executor.parallelism-min", 2);
            values.put("pekko.actor." + dispatcher + ".fork-join-executor.parallelism-max", 4);
        }
        values.put("pekko.remote.default-remote-dispatcher.fork-join-executor.parallelism-min", 2);
        values.put("pekko.remote.default-remote-dispatcher.fork-join-executor.parallelism-max", 4);
        values.put("pekko.actor.default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size", 4);
    }

    private static void addRemote(Map<String, Object> values, SystemSettings settings) {
        String artery = "pekko.remote.artery.";
        values.put(artery + "transport", settings.identity().isPresent() ? "tls-tcp" : "tcp");
        values.put(artery + "canonical.hostname", settings.host());
        values.put(artery + "canonical.port", settings.port());
        values.put(artery + "bind.hostname", settings.bindHost());
        values.put(artery + "bind.port", settings.port());
        values.put(artery + "advanced.maximum-frame-size", WireSerializer.MAX_FRAME_BYTES);
        values.put(artery + "advanced.buffer-pool-size", 16);
        values.put(artery + "advanced.inbound-lanes", 1);
        values.put(artery + "advanced.handshake-timeout", "10 s");
    }

    private static void addCluster(Map<String, Object> values, SystemSettings settings) {
        String cluster = "pekko.cluster.";
        values.put(cluster + "roles", settings.roles());
        values.put(cluster + "jmx.enabled", "off");
        values.put(cluster + "log-info", "off");
        values.put(cluster + "seed-node-timeout", "3 s");
        values.put(cluster + "retry-unsuccessful-join-after", "3 s");
        values.put(cluster + "downing-provider-class", "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider");
        String resolver = cluster + "split-brain-resolver.";
        values.put(resolver + "active-strategy", settings.strategy());
        values.put(resolver + "stable-after", settings.removedAfter());
        values.put(resolver + "static-quorum.quorum-size", settings.quorum());
        for (String strategy : List.of("static-quorum", "keep-majority", "keep-oldest")) {
            values.put(resolver + strategy + ".role", SystemSettings.NODE);
        }
    }

    private static void addFailures(Map<String, Object> values, SystemSettings settings) {
        long silence = settings.unreachableAfter().toMillis();
        Duration interval = Duration.ofMillis(Math.min(LONGEST_INTERVAL, silence / HEARTBEATS));
        String cluster = "pekko.cluster.";
        values.put(cluster + "gossip-interval", interval);
        values.put(cluster + "leader-actions-interval", interval);
        values.put(cluster + "unreachable-nodes-reaper-interval", interval);
        values.put(cluster + "periodic-tasks-initial-delay", interval.dividedBy(2));
        values.put(cluster + "failure-detector.heartbeat-interval", interval);
        values.put(cluster + "failure-detector.expected-response-after", interval);
        values.put(
                cluster + "failure-detector.acceptable-heartbeat-pause",
                Duration.ofMillis(silence - 2 * interval.toMillis()));
    }
}
