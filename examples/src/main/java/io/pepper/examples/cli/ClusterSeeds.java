package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The nodes that {@code --cluster} names: by their addresses, or by a cluster file whose devices have addresses.
 *
 * @param addresses {@code HOST:PORT} each
 * @param file the cluster file, if one was given
 */
record ClusterSeeds(List<String> addresses, Optional<Cluster> file) {
    private static final Pattern ADDRESS = Pattern.compile("[^/\\\\]+:[0-9]+");

    /** Returns whether a word is the address of a node. Any other word is the name of a file. */
    static boolean isAddress(String word) {
        return ADDRESS.matcher(word).matches();
    }

    /**
     * Reads the words of the option.
     *
     * @throws IllegalArgumentException if a word is neither an address nor a file, or is one of several files
     * @throws IOException if the file cannot be read, or none of its devices has an address
     */
    static ClusterSeeds of(List<String> words) throws IOException {
        if (words.stream().allMatch(ClusterSeeds::isAddress)) {
            return new ClusterSeeds(List.copyOf(words), Optional.empty());
        }
        String word = words.get(0);
        if (words.size() > 1 || !isFile(word)) {
            throw new IllegalArgumentException("--cluster takes addresses of nodes, such as 192.168.1.14:7400, or one"
                    + " cluster file, found '" + String.join(",", words) + "'");
        }
        Cluster cluster = Cluster.read(Path.of(word));
        List<String> addresses = cluster.devices().stream()
                .flatMap(device -> device.address().stream())
                .toList();
        if (addresses.isEmpty()) {
            throw new IOException(word + ": no device has an address by which its node is found: give it one, such as "
                    + cluster.devices().get(0).name() + ": {address: 192.168.1.14:7400}");
        }
        return new ClusterSeeds(addresses, Optional.of(cluster));
    }

    private static boolean isFile(String word) {
        try {
            return Files.exists(Path.of(word));
        } catch (InvalidPathException never) {
            return false;
        }
    }

    /**
     * Returns a device of the cluster file.
     *
     * @throws IllegalArgumentException if there is a file, and it has no such device
     */
    Optional<Device> device(String name) {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        List<Device> devices = file.get().devices();
        return Optional.of(devices.stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the cluster file has no device '" + name + "', only "
                        + devices.stream().map(Device::name).collect(Collectors.joining(", ")))));
    }
}
