package io.pepper.internal.net;

/**
 * A host and a port.
 *
 * @param host a name or an IP address, without brackets
 * @param port 0 to 65535; 0 for any free one
 */
public record HostPort(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /**
     * Reads the address of a server.
     *
     * @param text {@code HOST:PORT}; an IPv6 address in brackets
     * @return the host without brackets, and the port, at least 1
     * @throws IllegalArgumentException if the text has another form
     */
    public static HostPort parse(String text) {
        return parse(text, 1, "HOST:PORT, for instance 192.168.1.10:7400 or [fe80::1]:7400");
    }

    /**
     * Reads an address on which to listen.
     *
     * @param text {@code ADDRESS:PORT}; an IPv6 address in brackets
     * @return the address without brackets, and the port, at least 0
     * @throws IllegalArgumentException if the text has another form
     */
    public static HostPort listening(String text) {
        return parse(text, 0, "ADDRESS:PORT, for instance 127.0.0.1:9100 or [::1]:9100, with a port from 0 to 65535");
    }

    private static HostPort parse(String text, int minPort, String form) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String name = bracketed ? host.substring(1, host.length() - 1) : host;
        String digits = text.substring(colon + 1);
        boolean wrong = name.isBlank() || (!bracketed && name.indexOf(':') >= 0) || !digits.matches("[0-9]{1,5}");
        if (wrong || Integer.parseInt(digits) > MAX_PORT || Integer.parseInt(digits) < minPort) {
            throw new IllegalArgumentException("'" + text + "' is not " + form);
        }
        return new HostPort(name, Integer.parseInt(digits));
    }

    /** Returns {@code HOST:PORT}; an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
