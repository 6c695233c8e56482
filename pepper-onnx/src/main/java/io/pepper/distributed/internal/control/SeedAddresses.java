package io.pepper.distributed.internal.control;

import io.pepper.internal.net.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The addresses of seeds: members by which others join. A name may have several addresses, as the name of a headless
 * service of Kubernetes does; then each is a seed. Stateless and therefore thread-safe.
 */
public final class SeedAddresses {
    private SeedAddresses() {}

    /**
     * Returns the numeric addresses of seeds.
     *
     * @param seeds addresses or names with ports; unknown names are left out
     * @return {@code HOST:PORT} each, in the given order, those of one name in ascending order, at least one
     * @throws IOException if no name is known
     */
    public static List<String> resolve(List<String> seeds) throws IOException {
        Set<String> addresses = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (String seed : seeds) {
            HostPort wanted = HostPort.parse(seed);
            try {
                Stream.of(InetAddress.getAllByName(wanted.host()))
                        .map(address -> new HostPort(numeric(address), wanted.port()).toString())
                        .sorted()
                        .forEach(addresses::add);
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
