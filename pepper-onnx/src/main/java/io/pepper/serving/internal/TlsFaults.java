package io.pepper.serving.internal;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The reasons why two sides do not agree on TLS, in words for the person who chose its files. */
public final class TlsFaults {
    private static final int MAX_CAUSES = 20;

    private TlsFaults() {}

    /**
     * Returns the reason why a connection failed.
     *
     * @param failure the failure of the library; null if it gives none
     * @return the reason; empty if it is not one of TLS
     */
    public static Optional<String> of(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            String message = String.valueOf(cause.getMessage());
            Optional<String> reason = reason(message.toLowerCase(Locale.ROOT));
            if (reason.isPresent()) {
                return reason;
            }
            if (cause instanceof CertPathBuilderException) {
                return Optional.of("no trusted authority signed its certificate: name the file of its authority");
            }
            if (cause instanceof CertificateException && cause.getCause() == null) {
                return Optional.of("its certificate does not fit: " + message);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    private static Optional<String> reason(String message) {
        if (message.contains("not an ssl/tls record") || message.contains("unrecognized ssl message")) {
            return Optional.of("it uses no TLS");
        }
        if (message.contains("certificate_required") || message.contains("alert_certificate_required")) {
            return Optional.of("it expects a certificate of the client");
        }
        if (message.contains("alert_unknown_ca")
                || message.contains("unknown_ca")
                || message.contains("alert: certificate_unknown")
                || message.contains("alert_certificate_unknown")
                || message.contains("bad_certificate")) {
            return Optional.of("it refuses the certificate of the client");
        }
        return Optional.empty();
    }

    /**
     * Returns what the end of a connection without an answer may mean.
     *
     * @param what the failure in words
     * @param tls whether the client uses TLS
     * @return the words; empty if the connection did not end so
     */
    public static Optional<String> silence(String what, boolean tls) {
        String lower = what.toLowerCase(Locale.ROOT);
        if (lower.contains("network closed") || lower.contains("received no bytes")) {
            return Optional.of(
                    tls ? "it may expect a certificate of the client, or refuse the client's" : "it may use TLS");
        }
        boolean reset = lower.contains("connection reset") || lower.contains("reset by peer");
        return reset && !tls ? Optional.of("it may use TLS") : Optional.empty();
    }
}
