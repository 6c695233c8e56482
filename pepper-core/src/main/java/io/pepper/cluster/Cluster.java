package io.pepper.cluster;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.FieldReaders;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Devices and the links between them. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Cluster cluster = Cluster.builder()
 *         .device(Device.of("camera").withMemoryBytes(64L << 20))
 *         .device(Device.of("gateway"))
 *         .link("camera", "gateway", Link.of(5e6, 0.002))
 *         .source("camera")
 *         .build();
 * }</pre>
 */
public final class Cluster {
    static {
        FieldReaders.register(Cluster.class, ClusterReader::read);
    }

    private final List<Device> devices;
    private final Map<String, Integer> indices;
    private final Optional<Link> defaultLink;

    /** Links by sender and receiver; an empty value is a pair without a connection. */
    private final Map<Pair, Optional<Link>> links;

    private final Optional<String> source;
    private final Optional<String> sink;

    private record Pair(String from, String to) {}

    private Cluster(Builder made) {
        this.devices = List.copyOf(made.devices.values());
        this.indices = new LinkedHashMap<>();
        for (Device device : devices) {
            indices.put(device.name(), indices.size());
        }
        this.defaultLink = made.defaultLink;
        this.links = Map.copyOf(made.links);
        this.source = made.source;
        this.sink = made.sink;
    }

    /**
     * Starts a cluster.
     *
     * @return a builder without devices
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads a cluster from a file of YAML or JSON.
     *
     * <pre>{@code
     * devices:
     *   camera: {memoryBytes: 64e6, busyWatts: 5.5}
     *   gateway: {}
     * links:
     *   - {between: [camera, gateway], bytesPerSecond: 5e6, latencySeconds: 0.002}
     * source: camera
     * }</pre>
     *
     * @param file a file in UTF-8
     * @return the cluster
     * @throws InvalidFileException if the file's content is wrong; the message names the line and the field
     * @throws IOException if the file cannot be read
     */
    public static Cluster read(Path file) throws IOException {
        return ClusterReader.read(Fields.of(file.toString(), Document.read(file)));
    }

    /**
     * Reads a cluster from YAML or JSON text.
     *
     * @param text the text
     * @param name the text's name in messages
     * @return the cluster
     * @throws InvalidFileException if the text is wrong; the message names the line and the field
     */
    public static Cluster parse(String text, String name) throws InvalidFileException {
        return ClusterReader.read(Fields.of(name, Document.read(text, name)));
    }

    /**
     * Returns the devices.
     *
     * @return the devices in the order in which they were added; plans identify a device by its index in this list
     */
    public List<Device> devices() {
        return devices;
    }

    /**
     * Returns the index of a device.
     *
     * @param name its name
     * @return its index among the devices; empty if there is no such device
     */
    public OptionalInt indexOf(String name) {
        Integer index = indices.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /**
     * Returns the index of a device that must exist.
     *
     * @param name its name
     * @return its index among the devices
     * @throws IllegalArgumentException if there is no such device
     */
    public int requireIndex(String name) {
        return indexOf(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no device '" + name + "' in the cluster"));
    }

    /**
     * Returns the link between two devices.
     *
     * @param from the sender's index
     * @param to the receiver's index
     * @return the link; {@link Link#FREE} from a device to itself; empty if the receiver cannot be reached
     */
    public Optional<Link> link(int from, int to) {
        if (from == to) {
            return Optional.of(Link.FREE);
        }
        Optional<Link> named =
                links.get(new Pair(devices.get(from).name(), devices.get(to).name()));
        return named == null ? defaultLink : named;
    }

    /**
     * Returns the device that has the inputs of the model.
     *
     * @return its index; empty if each device has the inputs that it needs
     */
    public OptionalInt source() {
        return place(source);
    }

    /**
     * Returns the device that needs the outputs of the model.
     *
     * @return its index; empty if they may stay on any device
     */
    public OptionalInt sink() {
        return place(sink);
    }

    private OptionalInt place(Optional<String> name) {
        return name.isPresent() ? indexOf(name.get()) : OptionalInt.empty();
    }

    /**
     * Starts a modified copy of this cluster.
     *
     * @return a builder with all devices and links of this cluster
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        devices.forEach(device -> builder.devices.put(device.name(), device));
        builder.defaultLink = defaultLink;
        builder.links.putAll(links);
        builder.source = source;
        builder.sink = sink;
        return builder;
    }

    /**
     * Returns this cluster with the current state of a device. Parts may take no more than its free memory, or its
     * total memory if the free memory is unknown.
     *
     * @param state the state; its name selects the device
     * @return a cluster of the same devices in the same order
     * @throws IllegalArgumentException if there is no such device
     */
    public Cluster withState(DeviceState state) {
        Device device = devices.get(requireIndex(state.device()));
        Device now = device;
        OptionalLong memory = state.memoryFreeBytes().isPresent() ? state.memoryFreeBytes() : state.memoryTotalBytes();
        if (memory.isPresent()) {
            now = now.withMemoryBytes(Math.min(device.memoryBytes().orElse(Long.MAX_VALUE), memory.getAsLong()));
        }
        if (state.cores().isPresent()) {
            now = now.withCores((int) Math.ceil(state.cores().getAsDouble()));
        }
        return toBuilder().device(now).build();
    }

    /**
     * Returns this cluster with the current states of devices, as {@link #withState} does for each.
     *
     * @param states the states; their names select the devices
     * @return a cluster of the same devices in the same order
     * @throws IllegalArgumentException if there is no such device
     */
    public Cluster withStates(Collection<DeviceState> states) {
        Cluster now = this;
        for (DeviceState state : states) {
            now = now.withState(state);
        }
        return now;
    }

    /**
     * Returns this cluster with measured bandwidths and latencies. A pair that the cluster does not connect stays without a
     * link, and unknown values stay as they are.
     *
     * @param states the states of links, each in one direction; their names select the devices
     * @return a cluster of the same devices in the same order
     * @throws IllegalArgumentException if there is no such device
     */
    public Cluster withLinkStates(Collection<LinkState> states) {
        Builder builder = toBuilder();
        for (LinkState state : states) {
            requireIndex(state.from());
            requireIndex(state.to());
            Pair pair = new Pair(state.from(), state.to());
            builder.links
                    .getOrDefault(pair, defaultLink)
                    .ifPresent(link -> builder.links.put(pair, Optional.of(state.appliedTo(link))));
        }
        return builder.build();
    }

    /** Compares devices in their order, and the link of each pair. */
    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof Cluster that
                && devices.equals(that.devices)
                && source.equals(that.source)
                && sink.equals(that.sink)
                && allLinks().equals(that.allLinks());
    }

    private List<Optional<Link>> allLinks() {
        List<Optional<Link>> all = new ArrayList<>();
        for (int from = 0; from < devices.size(); from++) {
            for (int to = 0; to < devices.size(); to++) {
                all.add(link(from, to));
            }
        }
        return all;
    }

    @Override
    public int hashCode() {
        return Objects.hash(devices, source, sink);
    }

    @Override
    public String toString() {
        return "Cluster" + devices.stream().map(Device::name).toList();
    }

    /** A builder of clusters. Not thread-safe. */
    public static final class Builder {
        private final Map<String, Device> devices = new LinkedHashMap<>();
        private final Map<Pair, Optional<Link>> links = new LinkedHashMap<>();
        private Optional<Link> defaultLink = Optional.empty();
        private Optional<String> source = Optional.empty();
        private Optional<String> sink = Optional.empty();

        private Builder() {}

        /**
         * Adds a device, or replaces the device of the same name.
         *
         * @param device the device
         * @return this builder
         */
        public Builder device(Device device) {
            devices.put(device.name(), device);
            return this;
        }

        /**
         * Links two devices in both directions.
         *
         * @param one the name of one
         * @param other the name of the other
         * @param link the link
         * @return this builder
         */
        public Builder link(String one, String other, Link link) {
            return directedLink(one, other, link).directedLink(other, one, link);
        }

        /**
         * Links two devices in one direction.
         *
         * @param from the sender's name
         * @param to the receiver's name
         * @param link the link
         * @return this builder
         */
        public Builder directedLink(String from, String to, Link link) {
            links.put(new Pair(from, to), Optional.of(link));
            return this;
        }

        /**
         * States that a device cannot reach another one, even if there is a default link.
         *
         * @param from the sender's name
         * @param to the receiver's name
         * @return this builder
         */
        public Builder unreachable(String from, String to) {
            links.put(new Pair(from, to), Optional.empty());
            return this;
        }

        /**
         * Links all pairs that have no link of their own. Without a default link, these pairs cannot reach each other.
         *
         * @param link the link
         * @return this builder
         */
        public Builder defaultLink(Link link) {
            defaultLink = Optional.of(link);
            return this;
        }

        /**
         * Sets the device that has the inputs of the model. Without it, each device has the inputs that it needs.
         *
         * @param device the device's name
         * @return this builder
         */
        public Builder source(String device) {
            source = Optional.of(device);
            return this;
        }

        /**
         * Sets the device that needs the outputs of the model. Without it, they may stay on any device.
         *
         * @param device the device's name
         * @return this builder
         */
        public Builder sink(String device) {
            sink = Optional.of(device);
            return this;
        }

        /**
         * Builds the cluster.
         *
         * @return a cluster
         * @throws IllegalArgumentException if there is no device, if a link, the source or the sink names an unknown
         *     device, or if a device is linked to itself
         */
        public Cluster build() {
            if (devices.isEmpty()) {
                throw new IllegalArgumentException("a cluster needs a device");
            }
            List<String> named = new ArrayList<>();
            source.ifPresent(named::add);
            sink.ifPresent(named::add);
            for (Pair pair : links.keySet()) {
                named.addAll(List.of(pair.from, pair.to));
                if (pair.from.equals(pair.to)) {
                    throw new IllegalArgumentException("device '" + pair.from + "' is linked to itself");
                }
            }
            for (String name : named) {
                if (!devices.containsKey(name)) {
                    throw new IllegalArgumentException("there is no device '" + name + "' in the cluster");
                }
            }
            return new Cluster(this);
        }
    }
}
