package io.pepper.examples.dashboard;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.util.JavalinException;
import io.pepper.examples.ListenFailures;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.net.Callers;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.NetworkConnectionLimit;

/**
 * A live page of boards, links and the parts of a deployment, over HTTP. The server reads the source at fixed times, and
 * pages receive each reading as a server-sent event, so that many pages cost the source no more than one. A value is
 * always shown with its age, and not at all once it is too old. The page needs no other server, and has no way to change
 * anything. {@code docs/guide/monitoring.md} describes it.
 *
 * <pre>{@code
 * try (Dashboard dashboard = Dashboard.start(DashboardOptions.DEFAULTS, source, Optional.empty())) {
 *     System.out.println("http://127.0.0.1:" + dashboard.port() + "/");
 * }
 * }</pre>
 *
 * <p>Anyone who can reach the address may look. The default is the loopback address; put an authenticating proxy before
 * any other address.
 */
public final class Dashboard implements AutoCloseable {
    /** Connections beside those of listening pages: for the page, its script, and browsers that keep some. */
    private static final int MORE_CONNECTIONS = 64;

    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final long IDLE_MILLIS = 30_000;

    private final DashboardOptions options;
    private final DashboardPage page = DashboardPage.create();
    private final BoardWatch watch;
    private final Thread reader;
    private final Semaphore listeners;
    private final Javalin server;

    private Dashboard(DashboardOptions options, BoardWatch watch) {
        this.options = options;
        this.watch = watch;
        this.reader = new Thread(watch::run, "dashboard");
        this.listeners = new Semaphore(options.maxListeners());
        this.server = Javalin.create(this::configure);
        reader.setDaemon(true);
    }

    /**
     * Starts the dashboard.
     *
     * @param options its address and limits
     * @param source reads the boards, links and stages
     * @param plan the plan of the deployment, whose parts and links are shown
     * @return the dashboard, which is ready
     * @throws IOException if it cannot listen on the address
     */
    public static Dashboard start(DashboardOptions options, DashboardSource source, Optional<DeploymentPlan> plan)
            throws IOException {
        Dashboard dashboard = new Dashboard(options, new BoardWatch(source, plan, options, Clock.systemUTC()));
        try {
            dashboard.server.start(options.address(), options.port());
        } catch (JavalinException refused) {
            dashboard.close();
            throw ListenFailures.of(options.address(), options.port(), refused);
        }
        dashboard.reader.start();
        return dashboard;
    }

    /**
     * Returns the port of the dashboard.
     *
     * @return the port
     */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        reader.interrupt();
        watch.close();
        server.stop();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        // A compressing stream would keep events back.
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setIdleTimeout(IDLE_MILLIS);
            http.setSendServerVersion(false);
        });
        config.jetty.modifyServer(
                jetty -> jetty.addBean(new NetworkConnectionLimit(options.maxListeners() + MORE_CONNECTIONS, jetty)));
        Callers callers = new Callers(options.hostNames());
        config.routes.before(request -> {
            Optional<String> refusal = callers.refusal(
                    Optional.ofNullable(request.header("Host")).orElse(""),
                    Optional.ofNullable(request.header("Origin")));
            if (refusal.isPresent()) {
                throw new ForbiddenResponse(refusal.get());
            }
            request.header("Content-Security-Policy", page.policy());
            request.header("X-Content-Type-Options", "nosniff");
            request.header("Referrer-Policy", "no-referrer");
            request.header("Cache-Control", "no-store");
        });
        config.routes.get("/", request -> send(request, "text/html; charset=utf-8", page.html()));
        config.routes.get("/dashboard.js", request -> send(request, "text/javascript; charset=utf-8", page.script()));
        config.routes.get("/favicon.ico", request -> request.status(204));
        config.routes.get("/events", this::events);
    }

    private static void send(Context request, String type, String text) {
        request.contentType(type).result(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends each reading until the page is closed. A page that does not take them is disconnected by the idle time. */
    private void events(Context request) {
        if (!listeners.tryAcquire()) {
            throw new ServiceUnavailableResponse(
                    "at most " + options.maxListeners() + " pages may be open; close another one");
        }
        try {
            request.contentType("text/event-stream");
            stream(request.res());
        } catch (IOException gone) {
            // The page was closed; there is nobody to tell.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            listeners.release();
        }
    }

    private void stream(HttpServletResponse response) throws IOException, InterruptedException {
        long known = 0;
        while (!watch.isClosed()) {
            Optional<BoardWatch.Event> event = watch.newer(known, HEARTBEAT);
            // JSON has no line breaks, so that it is one line of an event.
            String text = event.map(newer -> "id: " + newer.number() + "\ndata: " + newer.json() + "\n\n")
                    .orElse(": still here\n\n");
            response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            response.flushBuffer();
            known = event.map(BoardWatch.Event::number).orElse(known);
        }
    }
}
