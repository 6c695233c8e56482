package io.pepper.distributed.internal.flow;

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
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        String host = text.substring(0, colon);
        try {
            return new DataAddress(
                    host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT", wrong);
        }
    }

    /** Returns {@code HOST:PORT}; an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
