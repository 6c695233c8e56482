package io.pepper.examples.cli;

import io.pepper.internal.net.HostPort;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An address and a port on which a command listens.
 *
 * @param address a host name or an address, without brackets
 * @param port the port; 0 for any free one
 */
record ListenAddress(String address, int port) {
    /** Parses {@code 127.0.0.1:8080} or {@code [::1]:8080}. */
    static final class Converter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            try {
                HostPort given = HostPort.listening(text);
                return new ListenAddress(given.host(), given.port());
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }

    /** Returns the address of a page on a port. */
    String url(int bound) {
        return "http://" + new HostPort(address, bound) + "/";
    }
}
