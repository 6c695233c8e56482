package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.internal.net.PemFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate with its key and its authority: signs messages, checks those of others, and makes connections with
 * mutual TLS. Thread-safe.
 */
public final class Identity {
    /** The only version of TLS. */
    public static final String PROTOCOL = "TLSv1.3";

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final X509Certificate authority;
    private final SSLContext context;

    private Identity(X509Certificate certificate, PrivateKey key, X509Certificate authority, SSLContext context) {
        this.certificate = certificate;
        this.key = key;
        this.authority = authority;
        this.context = context;
    }

    /**
     * Reads an identity.
     *
     * @param certificate the certificate, as PEM
     * @param key its private key, as PEM (PKCS #8)
     * @param authority the certificate of the authority, as PEM
     * @return the identity
     * @throws IOException if a file cannot be read, or the files do not belong together, or a certificate is expired;
     *     the message names the file
     */
    public static Identity load(Path certificate, Path key, Path authority) throws IOException {
        Identity identity = read(certificate, key, authority);
        try {
            check(identity.certificate, identity.authority);
            return identity;
        } catch (IOException refused) {
            throw new IOException(
                    certificate + ": " + refused.getMessage() + " (authority: " + authority + ")", refused);
        }
    }

    /** Reads an identity without checking its authority and its dates. */
    static Identity read(Path certificate, Path key, Path authority) throws IOException {
        X509Certificate root = PemFiles.certificates(authority).get(0);
        X509Certificate own = PemFiles.certificates(certificate).get(0);
        PrivateKey secret = PemFiles.key(key);
        try {
            Identity identity = new Identity(own, secret, root, context(own, secret, root));
            Signed probe = identity.sign(Signed.getDefaultInstance());
            if (!isSignedBy(own.getPublicKey(), probe)) {
                throw new IOException(key + ": is not the key of " + certificate);
            }
            return identity;
        } catch (GeneralSecurityException refused) {
            throw new IOException(certificate + ": cannot be used for TLS: " + refused.getMessage(), refused);
        }
    }

    private static SSLContext context(X509Certificate own, PrivateKey secret, X509Certificate root)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "held in memory only".toCharArray();
        store.setKeyEntry("own", secret, password, new X509Certificate[] {own, root});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance(PROTOCOL);
        context.init(keys.getKeyManagers(), new javax.net.ssl.TrustManager[] {ReportingTrust.of(root)}, null);
        return context;
    }

    /**
     * Returns the name in the certificate.
     *
     * @return the common name
     */
    public String name() {
        return DistinguishedNames.commonName(certificate.getSubjectX500Principal());
    }

    /**
     * Returns the context of connections, for both sides. Servers must require the certificate of their clients.
     *
     * @return a context for TLS 1.3
     */
    public SSLContext context() {
        return context;
    }

    /** Returns a message with a signature over its bytes. */
    Signed sign(MessageLite body) {
        ByteString bytes = body.toByteString();
        try {
            Signature signature = Signature.getInstance(PemFiles.signatureAlgorithm(key));
            signature.initSign(key);
            signature.update(bytes.asReadOnlyByteBuffer());
            return Signed.newBuilder()
                    .setBody(bytes)
                    .setCertificate(ByteString.copyFrom(certificate.getEncoded()))
                    .setSignature(ByteString.copyFrom(signature.sign()))
                    .build();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a checked key does not sign: " + impossible.getMessage(), impossible);
        }
    }

    /**
     * Returns the name of the sender of a message.
     *
     * @throws IOException if the message has no valid proof
     */
    String signer(Signed message) throws IOException {
        if (message.getCertificate().isEmpty()) {
            throw new IOException("has no certificate, which this cluster requires");
        }
        X509Certificate sender;
        try {
            sender = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(
                            new ByteArrayInputStream(message.getCertificate().toByteArray()));
        } catch (CertificateException malformed) {
            throw new IOException("has an unreadable certificate: " + malformed.getMessage(), malformed);
        }
        check(sender, authority);
        try {
            if (!isSignedBy(sender.getPublicKey(), message)) {
                throw new IOException("has a signature of another key");
            }
        } catch (GeneralSecurityException malformed) {
            throw new IOException("has an unreadable signature: " + malformed.getMessage(), malformed);
        }
        return DistinguishedNames.commonName(sender.getSubjectX500Principal());
    }

    private static boolean isSignedBy(PublicKey sender, Signed message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(PemFiles.signatureAlgorithm(sender));
        signature.initVerify(sender);
        signature.update(message.getBody().asReadOnlyByteBuffer());
        try {
            return signature.verify(message.getSignature().toByteArray());
        } catch (SignatureException malformed) {
            return false;
        }
    }

    /** Checks the authority and the dates of a certificate. */
    private static void check(X509Certificate certificate, X509Certificate authority) throws IOException {
        String name = certificate.getSubjectX500Principal().getName();
        try {
            certificate.checkValidity();
        } catch (CertificateException dates) {
            throw new IOException(
                    "the certificate of " + name + " is valid from "
                            + certificate.getNotBefore().toInstant() + " to "
                            + certificate.getNotAfter().toInstant() + ", not now",
                    dates);
        }
        try {
            PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            trust.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), trust);
        } catch (GeneralSecurityException foreign) {
            throw new IOException(
                    "the certificate of " + name + " is not from the authority "
                            + authority.getSubjectX500Principal().getName() + " of this cluster: "
                            + foreign.getMessage(),
                    foreign);
        }
    }
}
