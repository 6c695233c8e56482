package io.pepper.distributed.internal.control;

import io.pepper.internal.net.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;

/** A test connection to a seed, which finds out why the seed does not answer. Stateless and therefore thread-safe. */
final class SeedProbe {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int REFUSAL_MILLIS = 400;

    private SeedProbe() {}

    /**
     * Connects as a member would.
     *
     * @return the finding; empty if nothing speaks against the seed
     */
    static Optional<Finding> probe(String seed, Optional<Identity> identity) {
        HostPort target = HostPort.parse(seed);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MILLIS);
            return identity.isPresent() ? handshake(socket, target, identity.get()) : Optional.empty();
        } catch (IOException unreachable) {
            return Optional.of(new Finding(String.valueOf(unreachable.getMessage()), false));
        }
    }

    /**
     * A reason why a seed cannot be used.
     *
     * @param reason the reason
     * @param lasting whether waiting cannot help
     */
    record Finding(String reason, boolean lasting) {}

    /** Returns whether a seed answers to TLS, even if it refuses a member without a certificate. */
    static boolean usesTls(String seed) {
        HostPort target = HostPort.parse(seed);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(target.host(), target.port()), CONNECT_MILLIS);
            try (SSLSocket secure = (SSLSocket) SSLContext.getDefault()
                    .getSocketFactory()
                    .createSocket(socket, target.host(), target.port(), true)) {
                secure.setSoTimeout(CONNECT_MILLIS);
                secure.startHandshake();
                return true;
            }
        } catch (SSLHandshakeException judged) {
            return true; // One side judged a certificate, so that both speak TLS.
        } catch (IOException | NoSuchAlgorithmException plain) {
            return false;
        }
    }

    private static Optional<Finding> handshake(Socket socket, HostPort target, Identity identity) {
        try (SSLSocket secure = (SSLSocket)
                identity.context().getSocketFactory().createSocket(socket, target.host(), target.port(), true)) {
            secure.setEnabledProtocols(new String[] {Identity.PROTOCOL});
            secure.setSoTimeout(CONNECT_MILLIS);
            secure.startHandshake();
            // The other side judges this certificate after its part of the handshake.
            secure.setSoTimeout(REFUSAL_MILLIS);
            InputStream in = secure.getInputStream();
            return in.read() < 0 ? Optional.of(new Finding("closed the connection", false)) : Optional.empty();
        } catch (SocketTimeoutException silent) {
            return Optional.empty();
        } catch (SSLException refused) {
            return Optional.of(new Finding("no TLS connection: " + explain(refused), true));
        } catch (IOException broken) {
            return Optional.of(new Finding(
                    "ends the connection instead of a TLS handshake: it uses no TLS, or is no member of a cluster ("
                            + broken.getMessage() + ")",
                    false));
        }
    }

    private static String explain(SSLException refused) {
        String message = String.valueOf(refused.getMessage());
        if (message.contains("Received fatal alert")) {
            return "the seed refuses the certificate of this member (" + message + ")";
        }
        if (message.contains("Unsupported or unrecognized SSL message")) {
            return "the seed uses no TLS";
        }
        return "this member refuses the certificate of the seed (" + message + ")";
    }
}
