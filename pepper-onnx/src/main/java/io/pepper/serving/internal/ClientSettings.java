package io.pepper.serving.internal;

import java.time.Duration;

/**
 * The settings of a client for one server.
 *
 * @param host the host
 * @param port the port
 * @param tls whether it connects by TLS
 * @param protection the certificates and the token
 * @param maxMessageBytes the largest answer, in bytes
 * @param flowControlWindow the bytes that the server may send ahead of the reader, for gRPC
 * @param keepAlive the time of silence after which a connection is probed, for gRPC
 * @param connect the time in which a connection must be made
 */
public record ClientSettings(
        String host,
        int port,
        boolean tls,
        Protection protection,
        int maxMessageBytes,
        int flowControlWindow,
        Duration keepAlive,
        Duration connect) {}
