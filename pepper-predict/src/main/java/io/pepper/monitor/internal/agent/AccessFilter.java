package io.pepper.monitor.internal.agent;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.pepper.internal.net.Callers;
import io.pepper.internal.net.TimedExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The check of each request's caller: web pages of others, and users. Thread-safe if its parts are. */
final class AccessFilter extends Filter {
    static final int FORBIDDEN = 403;
    private static final int UNAUTHORIZED = 401;

    private final Optional<Callers> callers;
    private final Optional<Passwords> passwords;

    /**
     * Creates the filter.
     *
     * @param callers the check against web pages of others; empty if callers prove who they are
     * @param passwords the users; empty if there are none
     */
    AccessFilter(Optional<Callers> callers, Optional<Passwords> passwords) {
        this.callers = callers;
        this.passwords = passwords;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        TimedExecutor.received();
        Optional<String> refusal = callers.flatMap(
                check -> check.refusal(header(exchange, "Host").orElse(""), header(exchange, "Origin")));
        if (refusal.isPresent()) {
            answer(exchange, FORBIDDEN, refusal.get());
        } else if (passwords.isPresent()
                && !passwords.get().accept(header(exchange, "Authorization").orElse(""))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic");
            answer(exchange, UNAUTHORIZED, "a user and a password are expected");
        } else {
            chain.doFilter(exchange);
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    /** Sends a line of text, and ends the exchange. */
    static void answer(HttpExchange exchange, int status, String line) throws IOException {
        byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, hasBody ? text.length : -1);
        if (hasBody) {
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(text);
            }
        }
        exchange.close();
    }

    @Override
    public String description() {
        return "checks callers";
    }
}
