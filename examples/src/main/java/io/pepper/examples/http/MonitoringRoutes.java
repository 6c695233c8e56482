package io.pepper.examples.http;

import io.javalin.config.JavalinConfig;
import io.javalin.http.BadGatewayResponse;
import io.javalin.http.NotFoundResponse;
import io.pepper.monitor.MonitoringDocument;
import io.pepper.monitor.MonitoringDocuments;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The routes of the original's monitoring API: {@code GET /monitoring/nodes}, {@code /monitoring/characterization} and
 * {@code /monitoring/pods}. A document is kept for some seconds, so that many clients do not multiply the queries to
 * Prometheus; its {@code timestamp} is the time of reading.
 */
final class MonitoringRoutes {
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final Optional<MonitoringDocuments> documents;
    private final Clock clock;

    MonitoringRoutes(Optional<MonitoringDocuments> documents, Clock clock) {
        this.documents = documents;
        this.clock = clock;
    }

    void configure(JavalinConfig config) {
        add(config, "nodes", MonitoringDocuments::nodes);
        add(config, "characterization", MonitoringDocuments::characterization);
        add(config, "pods", MonitoringDocuments::pods);
    }

    private void add(JavalinConfig config, String name, Query query) {
        Kept kept = new Kept(query, clock);
        config.routes.get("/monitoring/" + name, request -> {
            MonitoringDocuments source = documents.orElseThrow(
                    () -> new NotFoundResponse("this service watches no Prometheus: start it with --prometheus"));
            try {
                request.json(kept.read(source).fields());
            } catch (IOException unusable) {
                throw new BadGatewayResponse(
                        "the Prometheus of this service has no usable answer: " + unusable.getMessage());
            }
        });
    }

    /** A query for a document. */
    @FunctionalInterface
    interface Query {
        MonitoringDocument read(MonitoringDocuments documents) throws IOException;
    }

    /** The newest document of a query. Thread-safe: clients that come during a reading wait for its document. */
    static final class Kept {
        private final Query query;
        private final Clock clock;
        private @Nullable MonitoringDocument newest;
        private Instant read = Instant.MIN;

        Kept(Query query, Clock clock) {
            this.query = query;
            this.clock = clock;
        }

        synchronized MonitoringDocument read(MonitoringDocuments source) throws IOException {
            MonitoringDocument document = newest;
            Instant now = clock.instant();
            if (document == null || now.isBefore(read) || !now.isBefore(read.plus(KEPT))) {
                document = query.read(source);
                newest = document;
                read = clock.instant();
            }
            return document;
        }
    }
}
