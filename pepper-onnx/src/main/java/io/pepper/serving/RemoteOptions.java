package io.pepper.serving;

import java.time.Duration;

/**
 * The options of a part on an inference server. Immutable.
 *
 * @param timeout the time for each answer, with all attempts; the server learns of it
 * @param connectTimeout the time in which a connection must be made
 * @param retries the largest number of further attempts when the server cannot be reached or is not available, and no
 *     part of an answer has arrived; 0 or more
 * @param maxMessageBytes the largest answer, in bytes, at least 1024
 * @param flowControlWindow the bytes that a server may send by gRPC before the client has read them, at least 65,535: a
 *     window of the size of a message saves waiting
 * @param keepAlive the time of silence after which a gRPC connection with requests is probed, at least ten seconds
 * @param security the certificates and the token
 * @param checked whether the server's description of the model is compared with the part when the stage is opened
 */
public record RemoteOptions(
        Duration timeout,
        Duration connectTimeout,
        int retries,
        int maxMessageBytes,
        int flowControlWindow,
        Duration keepAlive,
        ServingSecurity security,
        boolean checked) {
    /** 30 seconds for an answer, 5 to connect, 2 retries, answers up to 64 MiB, no certificates, checked. */
    public static final RemoteOptions DEFAULTS = new RemoteOptions(
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            2,
            64 << 20,
            8 << 20,
            Duration.ofSeconds(30),
            ServingSecurity.NONE,
            true);

    private static final int LEAST_BYTES = 1024;
    private static final int LEAST_WINDOW = 65_535;
    private static final long LEAST_KEEP_ALIVE_SECONDS = 10;

    /**
     * Checks the values.
     *
     * @param timeout the time for each answer, with all attempts
     * @param connectTimeout the time in which a connection must be made
     * @param retries the largest number of further attempts, 0 or more
     * @param maxMessageBytes the largest answer, in bytes, at least 1024
     * @param flowControlWindow the bytes that a server may send by gRPC before the client has read them
     * @param keepAlive the time of silence after which a gRPC connection with requests is probed
     * @param security the certificates and the token
     * @param checked whether the server's description of the model is compared with the part
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RemoteOptions {
        if (timeout.isNegative() || timeout.isZero() || connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("times are above 0, found " + timeout + " and " + connectTimeout);
        }
        if (retries < 0 || maxMessageBytes < LEAST_BYTES || flowControlWindow < LEAST_WINDOW) {
            throw new IllegalArgumentException("retries " + retries + ", maxMessageBytes " + maxMessageBytes
                    + " or flowControlWindow " + flowControlWindow + " is out of range");
        }
        if (keepAlive.toSeconds() < LEAST_KEEP_ALIVE_SECONDS) {
            throw new IllegalArgumentException("keepAlive is ten seconds or more, found " + keepAlive);
        }
    }

    /**
     * Returns these options with another time for an answer.
     *
     * @param value above 0
     * @return the options
     */
    public RemoteOptions withTimeout(Duration value) {
        return new RemoteOptions(
                value, connectTimeout, retries, maxMessageBytes, flowControlWindow, keepAlive, security, checked);
    }

    /**
     * Returns these options with another time to connect.
     *
     * @param value above 0
     * @return the options
     */
    public RemoteOptions withConnectTimeout(Duration value) {
        return new RemoteOptions(
                timeout, value, retries, maxMessageBytes, flowControlWindow, keepAlive, security, checked);
    }

    /**
     * Returns these options with another number of retries.
     *
     * @param value 0 or more
     * @return the options
     */
    public RemoteOptions withRetries(int value) {
        return new RemoteOptions(
                timeout, connectTimeout, value, maxMessageBytes, flowControlWindow, keepAlive, security, checked);
    }

    /**
     * Returns these options with another limit on answers.
     *
     * @param value the largest answer, in bytes, at least 1024
     * @return the options
     */
    public RemoteOptions withMaxMessageBytes(int value) {
        return new RemoteOptions(
                timeout, connectTimeout, retries, value, flowControlWindow, keepAlive, security, checked);
    }

    /**
     * Returns these options with another window.
     *
     * @param value the bytes that a server may send ahead by gRPC, at least 65,535
     * @return the options
     */
    public RemoteOptions withFlowControlWindow(int value) {
        return new RemoteOptions(
                timeout, connectTimeout, retries, maxMessageBytes, value, keepAlive, security, checked);
    }

    /**
     * Returns these options with another time of silence.
     *
     * @param value at least ten seconds
     * @return the options
     */
    public RemoteOptions withKeepAlive(Duration value) {
        return new RemoteOptions(
                timeout, connectTimeout, retries, maxMessageBytes, flowControlWindow, value, security, checked);
    }

    /**
     * Returns these options with certificates or a token.
     *
     * @param value the certificates and the token
     * @return the options
     */
    public RemoteOptions withSecurity(ServingSecurity value) {
        return new RemoteOptions(
                timeout, connectTimeout, retries, maxMessageBytes, flowControlWindow, keepAlive, value, checked);
    }

    /**
     * Returns these options with or without the comparison of descriptions.
     *
     * @param value whether the server's description of the model is compared with the part
     * @return the options
     */
    public RemoteOptions withChecked(boolean value) {
        return new RemoteOptions(
                timeout, connectTimeout, retries, maxMessageBytes, flowControlWindow, keepAlive, security, value);
    }
}
