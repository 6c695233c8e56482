package io.pepper.serving;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The options of an {@link InferenceServer}. Immutable.
 *
 * <pre>{@code
 * InferenceServerOptions options = InferenceServerOptions.DEFAULTS
 *         .withGrpc(new InetSocketAddress("127.0.0.1", 8001))
 *         .withMaxRequests(8);
 * }</pre>
 *
 * @param grpc the address of the gRPC form; empty if it is not served. Port 0 is any free one
 * @param rest the address of the REST form; empty if it is not served. Port 0 is any free one
 * @param security the certificates and the token; with a certificate, both forms are served by TLS
 * @param unprotected whether other machines may call without TLS, or without a token or certificate
 * @param hostNames names, besides {@code localhost} and plain addresses, by which clients may call a REST server without
 *     token and certificates on the loopback address (their {@code Host} header)
 * @param maxMessageBytes the largest request, in bytes, at least 1024
 * @param maxRequests the largest number of requests at a time, at least 1; others are refused
 * @param maxTime the time after which a request is ended
 * @param drainTime the time that closing leaves to requests in progress; what still runs then is cancelled
 */
public record InferenceServerOptions(
        Optional<InetSocketAddress> grpc,
        Optional<InetSocketAddress> rest,
        ServingSecurity security,
        boolean unprotected,
        Set<String> hostNames,
        int maxMessageBytes,
        int maxRequests,
        Duration maxTime,
        Duration drainTime) {
    /** REST on the loopback address at port 8000; 64 MiB and 32 requests; a minute for each, and ten seconds to drain. */
    public static final InferenceServerOptions DEFAULTS = new InferenceServerOptions(
            Optional.empty(),
            Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8000)),
            ServingSecurity.NONE,
            false,
            Set.of(),
            64 << 20,
            32,
            Duration.ofMinutes(1),
            Duration.ofSeconds(10));

    private static final int LEAST_BYTES = 1024;

    /**
     * Checks the values.
     *
     * @param grpc the address of the gRPC form; empty if it is not served
     * @param rest the address of the REST form; empty if it is not served
     * @param security the certificates and the token
     * @param unprotected whether other machines may call without TLS, or without a token or certificate
     * @param hostNames names by which clients may call a REST server on the loopback address
     * @param maxMessageBytes the largest request, in bytes, at least 1024
     * @param maxRequests the largest number of requests at a time, at least 1
     * @param maxTime the time after which a request is ended
     * @param drainTime the time that closing leaves to requests in progress
     * @throws IllegalArgumentException if a value is out of its range
     */
    public InferenceServerOptions {
        hostNames = Set.copyOf(hostNames);
        if (maxMessageBytes < LEAST_BYTES || maxRequests < 1) {
            throw new IllegalArgumentException("a server takes messages of " + LEAST_BYTES
                    + " bytes or more and 1 request or more, found " + maxMessageBytes + " and " + maxRequests);
        }
        if (maxTime.isNegative() || maxTime.isZero() || drainTime.isNegative()) {
            throw new IllegalArgumentException("a request has some time, found " + maxTime + ", and " + drainTime);
        }
    }

    /**
     * Returns these options with the gRPC form.
     *
     * @param address where it listens
     * @return the options
     */
    public InferenceServerOptions withGrpc(InetSocketAddress address) {
        return withAddresses(Optional.of(address), rest);
    }

    /**
     * Returns these options with another address of the REST form.
     *
     * @param address where it listens
     * @return the options
     */
    public InferenceServerOptions withRest(InetSocketAddress address) {
        return withAddresses(grpc, Optional.of(address));
    }

    /**
     * Returns these options with the given forms.
     *
     * @param itsGrpc the address of the gRPC form; empty if it is not served
     * @param itsRest the address of the REST form; empty if it is not served
     * @return the options
     */
    public InferenceServerOptions withAddresses(
            Optional<InetSocketAddress> itsGrpc, Optional<InetSocketAddress> itsRest) {
        return new InferenceServerOptions(
                itsGrpc, itsRest, security, unprotected, hostNames, maxMessageBytes, maxRequests, maxTime, drainTime);
    }

    /**
     * Returns these options with certificates or a token.
     *
     * @param value the certificates and the token
     * @return the options
     */
    public InferenceServerOptions withSecurity(ServingSecurity value) {
        return new InferenceServerOptions(
                grpc, rest, value, unprotected, hostNames, maxMessageBytes, maxRequests, maxTime, drainTime);
    }

    /**
     * Returns these options with or without protection from other machines.
     *
     * @param value whether other machines may call without TLS, or without a token or certificate
     * @return the options
     */
    public InferenceServerOptions withUnprotected(boolean value) {
        return new InferenceServerOptions(
                grpc, rest, security, value, hostNames, maxMessageBytes, maxRequests, maxTime, drainTime);
    }

    /**
     * Returns these options with accepted host names.
     *
     * @param value the names, without a port
     * @return the options
     */
    public InferenceServerOptions withHostNames(Set<String> value) {
        return new InferenceServerOptions(
                grpc, rest, security, unprotected, value, maxMessageBytes, maxRequests, maxTime, drainTime);
    }

    /**
     * Returns these options with another limit on requests.
     *
     * @param value the largest request, in bytes, at least 1024
     * @return the options
     */
    public InferenceServerOptions withMaxMessageBytes(int value) {
        return new InferenceServerOptions(
                grpc, rest, security, unprotected, hostNames, value, maxRequests, maxTime, drainTime);
    }

    /**
     * Returns these options with another number of requests at a time.
     *
     * @param value at least 1
     * @return the options
     */
    public InferenceServerOptions withMaxRequests(int value) {
        return new InferenceServerOptions(
                grpc, rest, security, unprotected, hostNames, maxMessageBytes, value, maxTime, drainTime);
    }

    /**
     * Returns these options with another time for each request.
     *
     * @param value above 0
     * @return the options
     */
    public InferenceServerOptions withMaxTime(Duration value) {
        return new InferenceServerOptions(
                grpc, rest, security, unprotected, hostNames, maxMessageBytes, maxRequests, value, drainTime);
    }

    /**
     * Returns these options with another time to drain.
     *
     * @param value 0 or more
     * @return the options
     */
    public InferenceServerOptions withDrainTime(Duration value) {
        return new InferenceServerOptions(
                grpc, rest, security, unprotected, hostNames, maxMessageBytes, maxRequests, maxTime, value);
    }
}
