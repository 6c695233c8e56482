package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.monitor.LinkOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a peer answers, the measurement fails with a sentence, and in bounded time and memory. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class HostilePeersTest {
    private static final String DONE = "HTTP/1.1 204 No Content\r\n\r\n";
    private static final String TURN = "HTTP/1.1 204 No Content\r\nLink-Turn: t\r\n\r\n";
    private static final int PINGS = LinkProbe.ROUND_TRIPS + 1;

    /** A server that gives prepared answers, one for each request; the last one again and again. */
    private static final class Scripted implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<byte[]> answers = new ArrayList<>();
        private int next;

        Scripted(String... texts) throws IOException {
            for (String text : texts) {
                answers.add(text.getBytes(StandardCharsets.ISO_8859_1));
            }
            Thread thread = new Thread(this::serve, "scripted");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    InputStream in = socket.getInputStream();
                    OutputStream out = socket.getOutputStream();
                    while (readsHead(in)) {
                        out.write(answers.get(Math.min(next++, answers.size() - 1)));
                        out.flush();
                    }
                } catch (IOException gone) {
                    // The next client comes.
                }
            }
        }

        private static boolean readsHead(InputStream in) throws IOException {
            int newlines = 0;
            for (int each = in.read(); each >= 0; each = in.read()) {
                newlines = each == '\n' ? newlines + 1 : each == '\r' ? newlines : 0;
                if (newlines == 2) {
                    return true;
                }
            }
            return false;
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static String failure(Duration time, String... answers) throws Exception {
        try (Scripted peer = new Scripted(answers);
                LinkServer pi = LinkServer.start(
                        "pi", LinkOptions.DEFAULTS.withLimits(1 << 20, time, 1).withPeer("cloud", peer.uri()))) {
            HttpResponse<String> answer = pi.ask("POST", "/link/measure?target=cloud");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
            assertThat(answer.body().lines()).as("one line").hasSize(1);
            assertThat(answer.body().chars().limit(answer.body().length() - 1L)).noneMatch(Character::isISOControl);
            assertThat(pi.metrics()).contains("pepper_link_failures_total{source=\"pi\",target=\"cloud\"} 1.0");
            return answer.body();
        }
    }

    private static String failure(String... answers) throws Exception {
        return failure(Duration.ofSeconds(5), answers);
    }

    private static String[] afterPings(String... answers) {
        List<String> all =
                IntStream.range(0, PINGS).mapToObj(i -> DONE).collect(Collectors.toCollection(ArrayList::new));
        all.addAll(List.of(answers));
        return all.toArray(String[]::new);
    }

    @Test
    void answersThatAreNoHttpAreQuotedSafely() throws Exception {
        assertThat(failure("\u001b[31mSSH-2.0-OpenSSH\r\n\r\n"))
                .contains("answers '\\u001b[31mSSH-2.0-OpenSSH', which is not HTTP/1.1");
        assertThat(failure("HTTP/1.1 abc\r\n\r\n")).contains("which is not HTTP/1.1");
    }

    @Test
    void refusalsAreExplained() throws Exception {
        assertThat(failure("HTTP/1.1 401 Unauthorized\r\n\r\n")).contains("asks for a password or a token");
        assertThat(failure("HTTP/1.1 404 Not Found\r\n\r\n")).contains("has no /link/, and may be another program");
        assertThat(failure("HTTP/1.1 302 Found\r\nLocation: http://elsewhere\r\n\r\n"))
                .contains("answers HTTP 302");
    }

    @Test
    void headersAreBounded() throws Exception {
        assertThat(failure("HTTP/1.1 204 No Content\r\nX: " + "x".repeat(100_000)))
                .contains("more than 8192 bytes of headers");
    }

    @Test
    void aServerThatGivesNoTurnIsNoAgent() throws Exception {
        assertThat(failure(afterPings(DONE))).contains("gives no turn: it may be another program");
        assertThat(failure(afterPings("HTTP/1.1 204 No Content\r\nLink-Turn: a b&count=9\r\n\r\n")))
                .contains("gives no turn");
    }

    @Test
    void impossibleArrivalsAreNotBelieved() throws Exception {
        for (String arrival : List.of(
                "Link-Arrival: 0 5 5 5",
                "Link-Arrival: -5 5 5 5",
                "Link-Arrival: 99999999 5 5 5",
                "Link-Arrival: 5 5 99999999 5",
                "Link-Arrival: 5 5 5 0",
                "Link-Arrival: NaN 5 5 5",
                "Link-Arrival: 5 5 5",
                "Link-Arrival: 5 5 5 5 5",
                "X: y")) {
            assertThat(failure(afterPings(TURN, "HTTP/1.1 204 No Content\r\n" + arrival + "\r\n\r\n")))
                    .as(arrival)
                    .contains("reports an impossible transfer");
        }
    }

    @Test
    void aPeerThatNeverAnswersIsStopped() throws Exception {
        assertThat(failure(Duration.ofMillis(300), DONE, "HTTP/1.1 204 No"))
                .contains("it did not end within 0.6 seconds");
    }

    @Test
    void aConnectionThatClosesIsAFailure() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                LinkServer pi = LinkServer.start(
                        "pi",
                        LinkOptions.DEFAULTS.withPeer(
                                "cloud", URI.create("http://127.0.0.1:" + server.getLocalPort())))) {
            Thread closing = new Thread(() -> {
                try {
                    server.accept().close();
                } catch (IOException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            closing.start();
            assertThat(pi.ask("POST", "/link/measure?target=cloud").statusCode())
                    .isEqualTo(502);
            closing.join();
        }
    }
}
