package io.pepper.monitor.internal.link;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The paths below {@code /link/} of an agent: small exchanges, turns, bounded transfers in both directions, and
 * measurements on request. Thread-safe.
 *
 * <pre>
 * GET  /link/ping                 204
 * POST /link/turn                 204 with the header Link-Turn; 503 during another transfer
 * DELETE /link/turn?turn=T        204 after a received transfer
 * GET  /link/bytes?turn=T&amp;count=N N bytes
 * POST /link/bytes?turn=T         204 with the header Link-Arrival: bytes and nanoseconds
 * POST /link/measure?target=NAME  the measured link, as JSON
 * </pre>
 */
final class LinkHandler implements HttpHandler {
    static final String TURN = "Link-Turn";
    static final String ARRIVAL = "Link-Arrival";

    /** The largest transfer. */
    static final long MAX_BYTES = 256L << 20;

    private static final int BLOCK = 64 << 10;
    private static final int OK = 200;
    private static final int DONE = 204;
    private static final int BAD = 400;
    private static final int FORBIDDEN = 403;
    private static final int UNKNOWN = 404;
    private static final int CONFLICT = 409;
    private static final int NO_LENGTH = 411;
    private static final int TOO_MANY = 429;
    private static final int BAD_GATEWAY = 502;
    private static final int BUSY = 503;

    private final LinkTurns turns;
    private final LinkMeter meter;
    private final byte[] noise = new byte[BLOCK];

    LinkHandler(LinkTurns turns, LinkMeter meter) {
        this.turns = turns;
        this.meter = meter;
        new SplittableRandom(1).nextBytes(noise); // Bytes that no link compresses.
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().getPath().replaceFirst("^.*(?=/link/)", "");
            if (exchange.getRequestHeaders().containsKey("Origin")) {
                refuse(exchange, FORBIDDEN, "web pages may not measure links");
                return;
            }
            switch (request) {
                case "GET /link/ping" -> exchange.sendResponseHeaders(DONE, -1);
                case "POST /link/turn" -> turn(exchange);
                case "DELETE /link/turn" -> {
                    turns.end(parameters(exchange).getOrDefault("turn", ""));
                    exchange.sendResponseHeaders(DONE, -1);
                }
                case "GET /link/bytes" -> send(exchange, parameters(exchange));
                case "POST /link/bytes" -> receive(exchange, parameters(exchange));
                case "POST /link/measure" -> measure(exchange, parameters(exchange));
                default ->
                    refuse(
                            exchange,
                            UNKNOWN,
                            "there are GET /link/ping, POST and DELETE /link/turn, GET and POST"
                                    + " /link/bytes, POST /link/measure?target=NAME");
            }
        }
    }

    private static Map<String, String> parameters(HttpExchange exchange) {
        Map<String, String> parameters = new HashMap<>();
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        for (String each : query.split("&", -1)) {
            int split = each.indexOf('=');
            if (split > 0) {
                parameters.put(each.substring(0, split), each.substring(split + 1));
            }
        }
        return parameters;
    }

    private void turn(HttpExchange exchange) throws IOException {
        String token = UUID.randomUUID().toString();
        if (!turns.take(token)) {
            refuse(exchange, BUSY, "another link is being measured");
            return;
        }
        exchange.getResponseHeaders().set(TURN, token);
        exchange.sendResponseHeaders(DONE, -1);
    }

    /** Checks a transfer, and begins its turn. Returns false after an answer that refuses it. */
    private boolean begins(HttpExchange exchange, long count, String token) throws IOException {
        if (count < 1 || count > MAX_BYTES) {
            refuse(exchange, BAD, "a transfer has 1 to " + MAX_BYTES + " bytes");
        } else if (!turns.begin(token)) {
            refuse(exchange, CONFLICT, "a transfer needs a turn, which POST /link/turn gives for two seconds");
        } else if (!turns.admits(count)) {
            turns.end(token);
            refuse(exchange, TOO_MANY, "more than " + LinkTurns.MAX_BYTES_IN_A_MINUTE + " bytes within a minute");
        } else {
            return true;
        }
        return false;
    }

    private void send(HttpExchange exchange, Map<String, String> parameters) throws IOException {
        String token = parameters.getOrDefault("turn", "");
        long count = number(parameters.getOrDefault("count", ""));
        if (!begins(exchange, count, token)) {
            return;
        }
        boolean sent = false;
        try {
            exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
            exchange.sendResponseHeaders(OK, count);
            OutputStream out = exchange.getResponseBody();
            for (long left = count; left > 0; left -= noise.length) {
                out.write(noise, 0, (int) Math.min(noise.length, left));
            }
            out.flush();
            sent = true; // Its receiver ends the turn: much of it may be in the buffers of the system.
        } finally {
            if (!sent) {
                turns.end(token);
            }
        }
    }

    private void receive(HttpExchange exchange, Map<String, String> parameters) throws IOException {
        String token = parameters.getOrDefault("turn", "");
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        if (length == null) {
            refuse(exchange, NO_LENGTH, "a transfer has a Content-Length");
            return;
        }
        long count = number(length);
        if (!begins(exchange, count, token)) {
            return;
        }
        HalfClock clock = new HalfClock(count, System::nanoTime);
        try {
            InputStream in = exchange.getRequestBody();
            byte[] block = new byte[HalfClock.BLOCK];
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                clock.arrived(read);
            }
        } finally {
            turns.end(token);
        }
        LinkTransport.Arrival arrival = clock.arrival();
        exchange.getResponseHeaders()
                .set(
                        ARRIVAL,
                        arrival.bytes() + " " + arrival.nanos() + " " + arrival.tailBytes() + " "
                                + arrival.tailNanos());
        exchange.sendResponseHeaders(DONE, -1);
    }

    /** Parses a number of bytes; -1 if it is none. */
    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    private void measure(HttpExchange exchange, Map<String, String> parameters) throws IOException {
        String target = parameters.getOrDefault("target", "");
        if (!meter.peers().contains(target)) {
            refuse(exchange, UNKNOWN, "this agent measures links to " + meter.peers() + ": give one as ?target=NAME");
            return;
        }
        Optional<LinkMeter.Measured> measured;
        try {
            measured = meter.tryMeasure(target);
        } catch (IOException failed) {
            refuse(exchange, BAD_GATEWAY, String.valueOf(failed.getMessage()));
            return;
        }
        if (measured.isPresent()) {
            answer(exchange, OK, "application/json", LinkJson.of(meter.source(), measured.get()));
        } else {
            refuse(exchange, BUSY, "another link is being measured; ask again in some seconds");
        }
    }

    private static void refuse(HttpExchange exchange, int status, String why) throws IOException {
        answer(exchange, status, "text/plain; charset=utf-8", why + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
