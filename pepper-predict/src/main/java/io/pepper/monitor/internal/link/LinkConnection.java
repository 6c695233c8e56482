package io.pepper.monitor.internal.link;

import io.pepper.document.SafeText;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/*
 * A connection of its own instead of the JDK's HTTP client: that one passes each exchange through several threads, which
 * takes longer than a round trip in a local network.
 */
/**
 * A kept-alive HTTP connection to another agent. Answers are not trusted: they have at most 8 KiB of headers and the
 * requested number of bytes. Only {@link #close} may be called by another thread: it ends a running exchange.
 */
final class LinkConnection implements LinkTransport {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 10_000;
    private static final int MAX_HEADERS = 8 << 10;
    private static final int BLOCK = 64 << 10;
    private static final int OK = 200;
    private static final int DONE = 204;
    private static final int BUSY = 503;
    private static final int MAX_SHOWN = 200;

    private final URI agent;
    private final Optional<SSLContext> tls;
    private final String headers;
    private final LinkTurns turns;
    private final byte[] noise = new byte[BLOCK];
    private final SplittableRandom random = new SplittableRandom();
    private volatile @Nullable Socket socket;
    private volatile boolean closed;
    private boolean isLastAnswer;
    private @Nullable InputStream in;

    /**
     * Creates a connection, which opens with its first exchange.
     *
     * @param agent the address of the other agent
     * @param tls the trusted certificates; empty for those of the system
     * @param headers the headers of each request
     * @param turns the turns of this agent
     */
    LinkConnection(URI agent, Optional<SSLContext> tls, Map<String, String> headers, LinkTurns turns) {
        this.agent = agent;
        this.tls = tls;
        this.turns = turns;
        StringBuilder lines = new StringBuilder(64)
                .append("Host: ")
                .append(agent.getRawAuthority())
                .append("\r\n");
        headers.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        this.headers = lines.toString();
        random.nextBytes(noise);
    }

    private record Answer(int status, Map<String, String> headers) {}

    @Override
    public long roundTrip() throws IOException {
        open();
        long begin = System.nanoTime();
        Answer answer = exchange("GET", "ping", -1);
        long nanos = System.nanoTime() - begin;
        require(answer, DONE);
        return nanos;
    }

    @Override
    public Arrival send(long bytes) throws IOException {
        return inTurn(token -> {
            write("POST", "bytes?turn=" + token, bytes);
            OutputStream out = open().getOutputStream();
            for (long left = bytes; left > 0; left -= noise.length) {
                out.write(noise, 0, (int) Math.min(noise.length, left));
            }
            out.flush();
            Answer answer = answer();
            require(answer, DONE);
            return arrival(answer, bytes);
        });
    }

    /** Returns the arrival as the other agent measured it. */
    private Arrival arrival(Answer answer, long bytes) throws IOException {
        String text = answer.headers.getOrDefault(LinkHandler.ARRIVAL.toLowerCase(Locale.ROOT), "");
        if (text.matches("[0-9]{1,18}( [0-9]{1,18}){3}")) {
            long[] numbers = Arrays.stream(text.split(" ", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            if (Arrays.stream(numbers).allMatch(number -> number > 0) && numbers[0] <= bytes && numbers[2] <= bytes) {
                return new Arrival(numbers[0], numbers[1], numbers[2], numbers[3]);
            }
        }
        throw new IOException(agent + " reports an impossible transfer");
    }

    private static long number(Answer answer, String header) {
        String text = answer.headers.getOrDefault(header.toLowerCase(Locale.ROOT), "");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    @Override
    public Arrival receive(long bytes) throws IOException {
        return inTurn(token -> {
            Answer answer = exchange("GET", "bytes?turn=" + token + "&count=" + bytes, -1);
            require(answer, OK);
            if (number(answer, "Content-Length") != bytes) {
                throw new IOException(agent + " sends another number of bytes than requested");
            }
            HalfClock clock = new HalfClock(bytes, System::nanoTime);
            byte[] block = new byte[HalfClock.BLOCK];
            while (!clock.isComplete()) {
                long left = clock.left();
                int read = input().read(block, 0, (int) Math.min(block.length, left));
                if (read < 0) {
                    break;
                }
                clock.arrived(read);
            }
            Arrival arrival = clock.arrival();
            require(exchange("DELETE", "turn?turn=" + token, -1), DONE);
            return arrival;
        });
    }

    /** A transfer during which neither agent takes part in another one. */
    @FunctionalInterface
    private interface Transfer {
        Arrival run(String token) throws IOException;
    }

    private Arrival inTurn(Transfer transfer) throws IOException {
        return turns.inTurn(agent.toString(), () -> closed, () -> {
            Answer answer = exchange("POST", "turn", 0);
            if (answer.status == BUSY) {
                return Optional.empty();
            }
            require(answer, DONE);
            return Optional.of(transfer.run(token(answer)));
        });
    }

    private String token(Answer answer) throws IOException {
        String token = answer.headers.getOrDefault(LinkHandler.TURN.toLowerCase(Locale.ROOT), "");
        if (!token.matches("[0-9a-zA-Z-]{1,100}")) {
            throw new IOException(agent + " gives no turn: it may be another program");
        }
        return token;
    }

    private void require(Answer answer, int status) throws IOException {
        if (answer.status == status) {
            return;
        }
        String why =
                switch (answer.status) {
                    case 401, 403 -> ": it asks for a password or a token";
                    case 404, 405 -> ": it has no /link/, and may be another program";
                    case 429 -> ": other agents have used up its bytes of this minute";
                    default -> "";
                };
        throw new IOException(agent + " answers HTTP " + answer.status + why);
    }

    private Answer exchange(String method, String resource, long length) throws IOException {
        write(method, resource, length);
        open().getOutputStream().flush();
        return answer();
    }

    private void write(String method, String resource, long length) throws IOException {
        if (isLastAnswer) {
            disconnect();
            isLastAnswer = false;
        }
        String path = Optional.ofNullable(agent.getRawPath()).orElse("").replaceFirst("/+$", "");
        String request = method + " " + path + "/link/" + resource + " HTTP/1.1\r\n" + headers
                + (length >= 0 ? "Content-Length: " + length + "\r\n" : "") + "\r\n";
        open().getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Answer answer() throws IOException {
        String head = head();
        String[] lines = head.split("\r\n", -1);
        String[] status = lines[0].split(" ", 3);
        if (!lines[0].startsWith("HTTP/1.1 ") || !status[1].matches("[0-9]{3}")) {
            throw new IOException(
                    agent + " answers '" + SafeText.line(lines[0], MAX_SHOWN) + "', which is not HTTP/1.1");
        }
        Map<String, String> found = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int split = lines[i].indexOf(':');
            if (split > 0) {
                found.put(
                        lines[i].substring(0, split).toLowerCase(Locale.ROOT),
                        lines[i].substring(split + 1).strip());
            }
        }
        Answer answer = new Answer(Integer.parseInt(status[1]), found);
        isLastAnswer = "close".equalsIgnoreCase(found.get("connection"));
        if (answer.status != DONE && answer.status != OK) {
            disconnect(); // Its text is not read.
        }
        return answer;
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream from = input();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = from.read();
            if (next < 0) {
                disconnect();
                throw new IOException(agent + " closes the connection");
            }
            if (head.length() == MAX_HEADERS) {
                throw new IOException(agent + " answers with more than " + MAX_HEADERS + " bytes of headers");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private Socket open() throws IOException {
        Socket known = socket;
        if (known != null && !known.isClosed()) {
            return known;
        }
        if (closed) {
            throw new IOException("stopped");
        }
        boolean secure = "https".equalsIgnoreCase(agent.getScheme());
        int port = agent.getPort() >= 0 ? agent.getPort() : secure ? 443 : 80;
        Socket plain = new Socket();
        socket = plain;
        try {
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(READ_MILLIS);
            plain.connect(new InetSocketAddress(agent.getHost().replaceAll("[\\[\\]]", ""), port), CONNECT_MILLIS);
            Socket opened = secure ? secured(plain, port) : plain;
            socket = opened;
            in = new BufferedInputStream(opened.getInputStream(), BLOCK);
            return opened;
        } catch (IOException failed) {
            plain.close();
            throw new IOException(agent + " cannot be reached: " + reason(failed), failed);
        }
    }

    private static String reason(IOException failed) {
        String message = failed.getMessage();
        return message == null ? failed.getClass().getSimpleName() : SafeText.line(message, MAX_SHOWN);
    }

    private Socket secured(Socket plain, int port) throws IOException {
        SSLSocketFactory factory =
                tls.map(SSLContext::getSocketFactory).orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault());
        SSLSocket secured = (SSLSocket) factory.createSocket(plain, agent.getHost(), port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private InputStream input() throws IOException {
        InputStream known = in;
        if (known == null) {
            throw new IOException("the connection is closed");
        }
        return known;
    }

    private void disconnect() throws IOException {
        Socket known = socket;
        if (known != null) {
            known.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        disconnect();
    }
}
