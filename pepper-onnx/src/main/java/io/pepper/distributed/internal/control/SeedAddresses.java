package io.pepper.distributed.internal.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The addresses of seeds: members by which others join. A name may have several addresses, as the name of a headless
 * service of Kubernetes does; then each is a seed. Stateless and therefore thread-safe.
 */
public final class SeedAddresses {
    private static final int MAX_PORT = 65_535;

    private SeedAddresses() {}

    /**
     * Splits {@code HOST:PORT}.
     *
     * @param text the text; an IPv6 address in brackets
     * @return the host without brackets, and the port
     * @throws IllegalArgumentException if the text has another form
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String name = bracketed ? host.substring(1, host.length() - 1) : host;
        String port = text.substring(colon + 1);
        boolean wrong = name.isEmpty() || (!bracketed && name.indexOf(':') >= 0) || !port.matches("[0-9]{1,5}");
        if (wrong || Integer.parseInt(port) > MAX_PORT || Integer.parseInt(port) == 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not HOST:PORT, for instance 192.168.1.10:7400 or [fe80::1]:7400");
        }
        return new HostPort(name, Integer.parseInt(port));
    }

    /**
     * A host and a port.
     *
     * @param host a name or an address, without brackets
     * @param port 1 to 65535
     */
    public record HostPort(String host, int port) {}

    /** Returns the numeric addresses of all seeds in ascending order, {@code HOST:PORT}. */
    static List<String> resolve(List<String> seeds) throws IOException {
        TreeSet<String> addresses = new TreeSet<>();
        List<String> unknown = new ArrayList<>();
        for (String seed : seeds) {
            HostPort wanted = parse(seed);
            try {
                for (InetAddress address : InetAddress.getAllByName(wanted.host())) {
                    addresses.add(ClusterSystem.hostPort(numeric(address), wanted.port()));
                }
            } catch (UnknownHostException missing) {
                unknown.add(wanted.host());
            }
        }
        if (addresses.isEmpty() && !unknown.isEmpty()) {
            throw new IOException("no address is known for " + String.join(", ", unknown));
        }
        return List.copyOf(addresses);
    }

    /**
     * Returns an address without its name and without its scope.
     *
     * @param address an address
     * @return its numbers
     */
    public static String numeric(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }
}
