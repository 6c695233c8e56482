package io.pepper.distributed.internal.control;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trust in the certificates of one authority. Logs each refusal, since the connection tells its other end little. Hosts
 * are not compared: boards change their addresses, and signed messages prove names. Thread-safe.
 */
final class ReportingTrust extends X509ExtendedTrustManager {
    private static final Logger LOG = LoggerFactory.getLogger(ReportingTrust.class);

    private final X509ExtendedTrustManager trust;

    private ReportingTrust(X509ExtendedTrustManager trust) {
        this.trust = trust;
    }

    static TrustManager of(X509Certificate authority) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return new ReportingTrust(extended);
            }
        }
        throw new GeneralSecurityException("this Java has no X.509 trust manager");
    }

    /** A check of a chain. */
    private interface Check {
        void run() throws CertificateException;
    }

    private static void check(X509Certificate[] chain, String side, Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException refused) {
            String name = chain.length == 0
                    ? "nothing"
                    : chain[0].getSubjectX500Principal().getName();
            LOG.warn("refused the certificate of a {} ({}): {}", side, name, refused.getMessage());
            throw refused;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, "client", () -> trust.checkClientTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, "client", () -> trust.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, "client", () -> trust.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, "server", () -> trust.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, "server", () -> trust.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, "server", () -> trust.checkServerTrusted(chain, type, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
