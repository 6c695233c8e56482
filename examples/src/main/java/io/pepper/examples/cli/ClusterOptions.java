package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.distributed.ClusterClient;
import io.pepper.examples.QuantityText;
import io.pepper.internal.text.Quantities;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The devices to plan for: those of a cluster file or of a living cluster, or one of each given kind. */
final class ClusterOptions {
    private static final double NANOS = 1e9;

    /** 100 Mbit/s and a millisecond: a slow wired network. */
    private static final Link ASSUMED = Link.of(12.5e6, 1e-3);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--cluster",
            paramLabel = "FILE|HOST:PORT",
            description =
                    "File with the devices and links, in YAML or JSON; or nodes of a living cluster, whose devices,"
                            + " states and measured links are taken. What is an existing file is read as one.")
    private Optional<String> cluster = Optional.empty();

    @Option(
            names = "--source",
            paramLabel = "NODE",
            description = "With a living cluster: the node at which the inputs arrive.")
    private Optional<String> source = Optional.empty();

    @Mixin
    private MembershipOptions membership = new MembershipOptions();

    private Optional<LivingCluster> living = Optional.empty();

    @Option(
            names = "--device-kind",
            paramLabel = "[NAME=]KIND",
            description = "Instead of --cluster: a device of this kind; may be repeated. Without a source of times, the"
                    + " predictors that come with the library are used (starter:KIND).")
    private List<String> kinds = List.of();

    @Option(
            names = "--link",
            paramLabel = "RATE[,LATENCY]",
            description =
                    "The link between all devices of --device-kind, and between nodes that do not measure it, such as"
                            + " 100MB/s,2ms (default: 12.5MB/s,1ms).")
    private Optional<String> link = Optional.empty();

    /**
     * Returns the cluster.
     *
     * @param notes receives what is assumed
     * @throws IOException if the file cannot be read
     */
    Cluster read(List<String> notes) throws IOException {
        if (cluster.isPresent() == !kinds.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the devices are given either by --cluster FILE or HOST:PORT, or by --device-kind KIND");
        }
        if (isLiving()) {
            try (ClusterClient client = join()) {
                return read(client, notes).cluster();
            }
        }
        if (source.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(), "--source is for a living cluster; a cluster file has its own source");
        }
        if (cluster.isPresent()) {
            if (link.isPresent()) {
                throw new ParameterException(
                        spec.commandLine(), "--link is for --device-kind; a cluster file has its own links");
            }
            return Cluster.read(Path.of(cluster.get()));
        }
        Map<String, String> devices = devices();
        Cluster.Builder cluster = Cluster.builder();
        devices.forEach((name, kind) -> cluster.device(Device.of(name).withKind(kind)));
        if (devices.size() > 1 && link.isEmpty()) {
            notes.add("assumed a link of " + Quantities.bytes(ASSUMED.bytesPerSecond()) + "/s with a latency of "
                    + Quantities.seconds(ASSUMED.latencySeconds())
                    + " between all devices: --link gives another one for all, --cluster one for each pair");
        }
        return cluster.defaultLink(link.isPresent() ? link(link.get()) : ASSUMED)
                .build();
    }

    /** Returns whether the devices are the nodes of a living cluster. */
    boolean isLiving() {
        return cluster.isPresent()
                && Arrays.stream(cluster.get().split(",", -1)).allMatch(ClusterSeeds::isAddress)
                && !Files.exists(Path.of(cluster.get()));
    }

    /** Refuses devices that are no nodes of a living cluster. */
    void requireLiving() {
        if (!isLiving()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "nodes of a living cluster are needed: --cluster HOST:PORT"
                            + cluster.map(given -> ", found " + given).orElse(""));
        }
    }

    /** Joins the living cluster. */
    ClusterClient join() throws IOException {
        requireLiving();
        return membership.join(List.of(cluster.orElseThrow().split(",", -1)));
    }

    /** Reads the nodes of the living cluster. */
    LivingCluster read(ClusterClient client, List<String> notes) throws IOException {
        LivingCluster read = LivingCluster.read(client, source, link.isPresent() ? link(link.get()) : ASSUMED, notes);
        living = Optional.of(read);
        return read;
    }

    /** Returns the living cluster; empty before it is read, and for other devices. */
    Optional<LivingCluster> living() {
        return living;
    }

    /** Returns the kinds of the devices by their names. */
    private Map<String, String> devices() {
        Map<String, String> devices = new LinkedHashMap<>();
        for (String word : kinds) {
            String kind = word.substring(word.indexOf('=') + 1);
            String given = word.substring(0, Math.max(0, word.indexOf('=')));
            String name = given.isEmpty() ? kind : given;
            for (int number = 2; given.isEmpty() && devices.containsKey(name); number++) {
                name = kind + "-" + number;
            }
            if (kind.isBlank() || devices.put(name, kind) != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--device-kind takes a kind, or a new name, = and a kind, found '" + word + "'");
            }
        }
        return devices;
    }

    /**
     * Returns the predictors that come with the library for these devices, as words of {@code --predictor}: those of the
     * given kinds, or those that all devices of a cluster file name.
     *
     * @param cluster the cluster that was read
     * @return the predictors; empty if a device of the file names none of them
     */
    List<String> starters(Cluster cluster) {
        if (!kinds.isEmpty()) {
            return devices().entrySet().stream()
                    .map(device -> device.getKey() + "=" + Starters.PREFIX + device.getValue())
                    .toList();
        }
        List<String> named = cluster.devices().stream()
                .flatMap(device -> device.predictor().stream())
                .filter(name -> name.startsWith(Starters.PREFIX))
                .toList();
        return named.size() == cluster.devices().size()
                ? named.stream().distinct().toList()
                : List.of();
    }

    private Link link(String text) {
        String[] words = text.split(",", -1);
        try {
            if (words.length > 2 || !words[0].endsWith("/s")) {
                throw new IllegalArgumentException("takes a rate and a latency");
            }
            double rate = QuantityText.bytes(words[0].substring(0, words[0].length() - "/s".length()));
            double seconds = words.length == 1 ? 0 : QuantityText.time(words[1]).toNanos() / NANOS;
            return Link.of(rate, seconds);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--link takes bytes per second and a latency, such as 12.5MB/s,1ms, found '" + text + "': "
                            + wrong.getMessage(),
                    wrong);
        }
    }
}
