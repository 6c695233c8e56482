package io.pepper.serving.internal;

import java.net.InetSocketAddress;
import java.util.Set;

/**
 * The settings of one form of a server.
 *
 * @param address the address
 * @param tls whether it serves by TLS
 * @param protection the certificates and the token
 * @param hostNames names by which clients may call a server without protection
 * @param maxMessageBytes the largest message, in bytes
 * @param maxMillis the time after which an exchange is ended, in milliseconds
 */
public record ServerSettings(
        InetSocketAddress address,
        boolean tls,
        Protection protection,
        Set<String> hostNames,
        int maxMessageBytes,
        long maxMillis) {
    /**
     * Copies the names.
     *
     * @param address the address
     * @param tls whether it serves by TLS
     * @param protection the certificates and the token
     * @param hostNames names by which clients may call a server without protection
     * @param maxMessageBytes the largest message, in bytes
     * @param maxMillis the time after which an exchange is ended, in milliseconds
     */
    public ServerSettings {
        hostNames = Set.copyOf(hostNames);
    }
}
