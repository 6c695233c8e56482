package io.pepper.distributed.internal.flow;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.TLSClosing;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * The streams of the data plane. It has an actor system of its own, without a cluster, so that tensors flow while the
 * control plane starts again. All hosts and sessions of a process share it. Thread-safe.
 */
final class FlowSystem {
    private static final int BACKLOG = 256;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final Duration CONNECTING = Duration.ofSeconds(3);
    private static final String SETTINGS =
            """
            pekko {
              loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
              logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
              loglevel = WARNING
              log-dead-letters = off
              daemonic = on
              jvm-exit-on-fatal-error = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
              coordinated-shutdown.run-by-actor-system-terminate = off
              actor.provider = local
              actor.allow-java-serialization = off
              io.tcp.direct-buffer-size = 512 KiB
              io.tcp.direct-buffer-pool-limit = 64
            }
            """;
    private static final Object LOCK = new Object();

    private static @Nullable FlowSystem shared;
    private static int users;

    private final ActorSystem system;

    private FlowSystem() {
        Config config = ConfigFactory.parseString(SETTINGS)
                .withFallback(ConfigFactory.defaultReference(FlowSystem.class.getClassLoader()))
                .resolve();
        this.system = ActorSystem.create("pepper-flow", config, FlowSystem.class.getClassLoader());
    }

    /** Returns the system of this process, for {@link #release}. */
    static FlowSystem acquire() {
        synchronized (LOCK) {
            FlowSystem running = shared;
            if (running == null) {
                running = new FlowSystem();
                shared = running;
            }
            users++;
            return running;
        }
    }

    /** Ends the system with its last user. */
    void release() {
        synchronized (LOCK) {
            users--;
            if (users == 0) {
                shared = null;
                system.terminate();
            }
        }
    }

    ActorSystem actors() {
        return system;
    }

    /** A server. */
    interface Server {
        /** Returns the bound address. */
        InetSocketAddress address();

        /** Takes no further connections. */
        void close();
    }

    /**
     * Starts a server.
     *
     * @param host the address to bind
     * @param port the port; 0 for a free one
     * @param tls the TLS context; empty for none
     * @param accept takes over a connection
     */
    Server bind(
            String host, int port, Optional<Supplier<SSLContext>> tls, Consumer<Flow<ByteString, ByteString, ?>> accept)
            throws IOException {
        Source<Tcp.IncomingConnection, CompletionStage<Tcp.ServerBinding>> source = tls.isPresent()
                ? Tcp.get(system)
                        .bindWithTls(
                                host,
                                port,
                                () -> accepting(tls.get().get()),
                                BACKLOG,
                                options(),
                                Optional.empty(),
                                session -> Optional.empty(),
                                TLSClosing.eagerClose())
                : Tcp.get(system).bind(host, port, BACKLOG, options(), false, Optional.empty());
        Tcp.ServerBinding binding = bound(
                host + ":" + port,
                source.to(Sink.foreach(connection -> accept.accept(connection.flow())))
                        .run(system));
        return new Server() {
            @Override
            public InetSocketAddress address() {
                return binding.localAddress();
            }

            @Override
            public void close() {
                binding.unbind();
            }
        };
    }

    private static Tcp.ServerBinding bound(String address, CompletionStage<Tcp.ServerBinding> starting)
            throws IOException {
        try {
            return starting.toCompletableFuture().get(CONNECTING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + address + " was bound");
        } catch (ExecutionException | CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new IOException("cannot listen on " + address + ": " + cause.getMessage(), cause);
        } catch (TimeoutException late) {
            throw new IOException("cannot listen on " + address + " within " + CONNECTING, late);
        }
    }

    /** Returns the flow of a connection, which connects when it runs. */
    Flow<ByteString, ByteString, ?> connect(DataAddress address, String device, Optional<Supplier<SSLContext>> tls) {
        InetSocketAddress peer = InetSocketAddress.createUnresolved(address.host(), address.port());
        return tls.isPresent()
                ? Tcp.get(system)
                        .outgoingConnectionWithTls(
                                peer,
                                () -> connecting(tls.get().get(), device, address.port()),
                                Optional.empty(),
                                options(),
                                Optional.of(CONNECTING),
                                Optional.empty(),
                                session -> Optional.empty(),
                                TLSClosing.eagerClose())
                : Tcp.get(system)
                        .outgoingConnection(
                                peer, Optional.empty(), options(), false, Optional.of(CONNECTING), Optional.empty());
    }

    private static List<Inet.SocketOption> options() {
        return List.of(
                TcpSO.tcpNoDelay(true),
                TcpSO.keepAlive(true),
                TcpSO.sendBufferSize(SOCKET_BUFFER),
                TcpSO.receiveBufferSize(SOCKET_BUFFER));
    }

    private static SSLEngine accepting(SSLContext context) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    /** The certificate's name must be that of the device, whatever the address is. */
    private static SSLEngine connecting(SSLContext context, String device, int port) {
        SSLEngine engine = context.createSSLEngine(device, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }
}
