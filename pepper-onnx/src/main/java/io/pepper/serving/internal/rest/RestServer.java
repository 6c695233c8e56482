package io.pepper.serving.internal.rest;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.pepper.internal.net.Callers;
import io.pepper.internal.net.Certificates;
import io.pepper.internal.net.TimedExecutor;
import io.pepper.serving.internal.ModelService;
import io.pepper.serving.internal.Protection;
import io.pepper.serving.internal.ServerSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The protocol's REST server: the JDK's, with a limit of time for each exchange. Thread-safe. */
public final class RestServer implements AutoCloseable {
    private static final int BACKLOG = 256;
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    private final HttpServer server;
    private final TimedExecutor executor;

    private RestServer(HttpServer server, TimedExecutor executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Starts a server.
     *
     * @param settings its settings
     * @param service the models
     * @return the server, which answers
     * @throws IOException if it cannot listen, or a file of certificates is wrong
     */
    public static RestServer start(ServerSettings settings, ModelService service) throws IOException {
        HttpServer server = listen(settings);
        TimedExecutor executor = new TimedExecutor("pepper-serve-rest", settings.maxMillis());
        server.setExecutor(executor);
        server.createContext(
                "/", new RestHandler(service, settings.protection(), callers(settings), settings.maxMessageBytes()));
        server.start();
        return new RestServer(server, executor);
    }

    /** Returns the check against pages of others in a browser; callers that prove who they are need none. */
    private static Optional<Callers> callers(ServerSettings settings) {
        Protection protection = settings.protection();
        boolean proven = protection.token().isPresent()
                || (settings.tls() && protection.authority().isPresent());
        if (proven) {
            return Optional.empty();
        }
        boolean local = settings.address().getAddress().isLoopbackAddress();
        return Optional.of(local ? new Callers(settings.hostNames()) : Callers.ofAnyHost());
    }

    private static HttpServer listen(ServerSettings settings) throws IOException {
        try {
            if (!settings.tls()) {
                return HttpServer.create(settings.address(), BACKLOG);
            }
            Protection protection = settings.protection();
            SSLContext context = Certificates.server(protection.own().orElseThrow(), protection.authority());
            HttpsServer server = HttpsServer.create(settings.address(), BACKLOG);
            server.setHttpsConfigurator(
                    new Configurator(context, protection.authority().isPresent()));
            return server;
        } catch (BindException taken) {
            throw new IOException(settings.address() + ": cannot listen there: " + taken.getMessage(), taken);
        }
    }

    /** The versions of TLS, and whether clients need certificates. */
    private static final class Configurator extends HttpsConfigurator {
        private final boolean clients;

        Configurator(SSLContext context, boolean clients) {
            super(context);
            this.clients = clients;
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters chosen = getSSLContext().getDefaultSSLParameters();
            chosen.setProtocols(PROTOCOLS);
            chosen.setNeedClientAuth(clients);
            parameters.setSSLParameters(chosen);
        }
    }

    /**
     * Returns the address at which it listens.
     *
     * @return the address with its port
     */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Ends the server and its connections. */
    @Override
    public void close() {
        server.stop(0);
        executor.close();
    }
}
