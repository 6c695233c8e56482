package io.pepper.examples.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address and a port on which a command listens.
 *
 * @param address a host name or an address, without brackets
 * @param port the port; 0 for any free one
 */
record ListenAddress(String address, int port) {
    private static final int MAX_PORT = 65_535;

    /** Parses {@code 127.0.0.1:8080} or {@code [::1]:8080}. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon);
            boolean bracketed = host.startsWith("[") && host.endsWith("]");
            String address = bracketed ? host.substring(1, host.length() - 1) : host;
            if (address.isEmpty() || (!bracketed && address.indexOf(':') >= 0)) {
                throw new TypeConversionException(
                        "'" + text + "' is not ADDRESS:PORT, for instance 127.0.0.1:9100 or [::1]:9100");
            }
            return new ListenAddress(address, port(text, text.substring(colon + 1)));
        }

        private static int port(String text, String digits) {
            if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > MAX_PORT) {
                throw new TypeConversionException("'" + text + "' has no port from 0 to " + MAX_PORT);
            }
            return Integer.parseInt(digits);
        }
    }

    /** Returns the address of a page on a port. */
    String url(int bound) {
        return "http://" + (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + bound + "/";
    }
}
