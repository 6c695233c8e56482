package io.pepper.distributed.internal.flow;

import io.pepper.internal.net.HostPort;

/**
 * The address at which a node takes tensors.
 *
 * @param host a name or an IP address
 * @param port 1 to 65535
 */
public record DataAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /**
     * Checks the values.
     *
     * @param host a name or an IP address
     * @param port 1 to 65535
     * @throws IllegalArgumentException if one is out of its range
     */
    public DataAddress {
        if (host.isBlank() || port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("host '" + host + "', port " + port + ": no address");
        }
    }

    /**
     * Reads an address.
     *
     * @param text {@code HOST:PORT}; an IPv6 address in brackets
     * @return the address
     * @throws IllegalArgumentException if the text is no address
     */
    public static DataAddress parse(String text) {
        HostPort parsed = HostPort.parse(text);
        return new DataAddress(parsed.host(), parsed.port());
    }

    /** Returns {@code HOST:PORT}; an IPv6 address in brackets. */
    @Override
    public String toString() {
        return new HostPort(host, port).toString();
    }
}
