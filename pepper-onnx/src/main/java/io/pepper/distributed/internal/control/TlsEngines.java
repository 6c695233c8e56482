package io.pepper.distributed.internal.control;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/** Mutual TLS for control messages: both sides need a certificate of the same authority. Thread-safe. */
final class TlsEngines implements SSLEngineProvider {
    private final Identity identity;

    TlsEngines(Identity identity) {
        this.identity = identity;
    }

    @Override
    public SSLEngine createServerSSLEngine(String hostname, int port) {
        SSLEngine engine = engine(hostname, port);
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    public SSLEngine createClientSSLEngine(String hostname, int port) {
        SSLEngine engine = engine(hostname, port);
        engine.setUseClientMode(true);
        return engine;
    }

    private SSLEngine engine(String hostname, int port) {
        SSLEngine engine = identity.context().createSSLEngine(hostname, port);
        engine.setEnabledProtocols(new String[] {Identity.PROTOCOL});
        return engine;
    }

    @Override
    public Option<Throwable> verifyClientSession(String hostname, SSLSession session) {
        return Option.empty();
    }

    @Override
    public Option<Throwable> verifyServerSession(String hostname, SSLSession session) {
        return Option.empty();
    }
}
