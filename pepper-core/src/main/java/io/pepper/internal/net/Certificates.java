package io.pepper.internal.net;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS contexts from files in PEM form. */
public final class Certificates {
    private static final char[] NO_PASSWORD = {};

    private Certificates() {}

    /**
     * A certificate with its private key.
     *
     * @param certificate the file of the certificate and its issuers
     * @param key the file of its private key, unencrypted, in the form PKCS #8
     */
    public record Pair(Path certificate, Path key) {}

    /**
     * Returns the context of a server.
     *
     * @param own the server's certificate
     * @param clients the file of the certificates that sign those of clients; empty if clients need none
     * @return the context
     * @throws IOException if a file cannot be read, or does not have what it should have
     */
    public static SSLContext server(Pair own, Optional<Path> clients) throws IOException {
        return context(Optional.of(own), clients.isPresent() ? trusting(clients.get()) : new TrustManager[0]);
    }

    /**
     * Returns the context of a client.
     *
     * @param own the client's certificate; empty if it has none
     * @param servers the file of the certificates that sign those of servers; empty for the authorities of this Java
     * @return the context
     * @throws IOException if a file cannot be read, or does not have what it should have
     */
    public static SSLContext client(Optional<Pair> own, Optional<Path> servers) throws IOException {
        return context(own, servers.isPresent() ? trusting(servers.get()) : null);
    }

    private static SSLContext context(Optional<Pair> own, TrustManager @Nullable [] trust) throws IOException {
        KeyManager[] keys = own.isPresent() ? keys(own.get()) : new KeyManager[0];
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException refused) {
            throw new IOException("TLS cannot be used: " + refused.getMessage(), refused);
        }
    }

    private static KeyManager[] keys(Pair own) throws IOException {
        PrivateKey key = PemFiles.key(own.key());
        Certificate[] chain = PemFiles.certificates(own.certificate()).toArray(Certificate[]::new);
        try {
            checkPair(key, chain[0]);
            KeyStore store = empty();
            store.setKeyEntry("own", key, NO_PASSWORD, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            return keys.getKeyManagers();
        } catch (GeneralSecurityException refused) {
            throw new IOException(
                    own.key() + ": does not belong to the certificate of " + own.certificate() + ": "
                            + refused.getMessage(),
                    refused);
        }
    }

    /** Signs with the key and verifies with the certificate. */
    private static void checkPair(PrivateKey key, Certificate certificate) throws GeneralSecurityException {
        String algorithm = PemFiles.signatureAlgorithm(key);
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update((byte) 1);
        byte[] signed = signing.sign();
        Signature checking = Signature.getInstance(algorithm);
        checking.initVerify(certificate.getPublicKey());
        checking.update((byte) 1);
        if (!checking.verify(signed)) {
            throw new SignatureException("another key signed it");
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static TrustManager[] trusting(Path file) throws IOException {
        List<X509Certificate> authorities = PemFiles.certificates(file);
        try {
            KeyStore store = empty();
            for (Certificate certificate : authorities) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            return trust.getTrustManagers();
        } catch (GeneralSecurityException refused) {
            throw new IOException(file + ": cannot be trusted: " + refused.getMessage(), refused);
        }
    }
}
