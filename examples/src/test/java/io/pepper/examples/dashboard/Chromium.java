package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A headless Chromium with one page, driven by its DevTools protocol. */
public final class Chromium implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PROGRAM = "chromium";

    private final Process process;
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
    private final WebSocket socket;

    private Chromium(Process process, String page) {
        this.process = process;
        this.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), new Messages())
                .join();
    }

    /** Collects the parts of messages. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                String message = text.toString();
                text.setLength(0);
                take(message);
            }
            from.request(1);
            return CompletableFuture.completedFuture("read");
        }
    }

    private void take(String message) {
        try {
            JsonNode node = JSON.readTree(message);
            if (node.has("id")) {
                waiting.remove(node.get("id").asInt()).complete(node);
            } else if (node.path("method").asText().equals("Runtime.exceptionThrown")
                    || (node.at("/params/entry/level").asText().equals("error")
                            && !node.at("/params/entry/source").asText().equals("network"))) {
                errors.add(message);
            }
        } catch (IOException garbage) {
            errors.add(message);
        }
    }

    /** Skips the test where Chromium is missing. */
    public static Chromium start(Path profile) throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, PROGRAM))),
                "skipped: '" + PROGRAM + "' is not installed (Debian's package of that name)");
        Process process = new ProcessBuilder(
                        PROGRAM,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("chromium.log").toFile())
                .start();
        try {
            Chromium chromium = new Chromium(process, page(profile.resolve("DevToolsActivePort")));
            chromium.send("Runtime.enable", JSON.createObjectNode());
            chromium.send("Log.enable", JSON.createObjectNode());
            chromium.send("Page.enable", JSON.createObjectNode());
            return chromium;
        } catch (IOException | RuntimeException failed) {
            process.destroy();
            throw failed;
        }
    }

    /** Returns the address of the first page, once Chromium has written its port. */
    private static String page(Path portFile) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end)) {
            if (Files.exists(portFile) && Files.size(portFile) > 0) {
                String port = Files.readAllLines(portFile).get(0);
                HttpResponse<String> pages = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
                for (JsonNode page : JSON.readTree(pages.body())) {
                    if (page.path("type").asText().equals("page")) {
                        return page.get("webSocketDebuggerUrl").asText();
                    }
                }
            }
            Thread.sleep(100);
        }
        throw new IOException("Chromium has no page after " + PATIENCE);
    }

    private JsonNode send(String method, ObjectNode parameters) {
        int id = next.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).join();
        JsonNode result =
                answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (result.has("error")) {
            throw new IllegalStateException(method + ": " + result.get("error"));
        }
        return result.get("result");
    }

    public Chromium open(String url) {
        send("Page.navigate", JSON.createObjectNode().put("url", url));
        return this;
    }

    /** Sets the size of the window, and the reader's preference for light or dark. */
    public Chromium look(int width, int height, boolean dark) {
        send(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 500));
        ObjectNode media = JSON.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light");
        send("Emulation.setEmulatedMedia", media);
        return this;
    }

    /** Returns the value of an expression as text. */
    public String evaluate(String expression) {
        JsonNode result = send(
                "Runtime.evaluate",
                JSON.createObjectNode().put("expression", expression).put("returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
        }
        return result.at("/result/value").asText();
    }

    /** Waits until an expression is true. */
    public void await(String expression) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(end)) {
            if (evaluate("Boolean(" + expression + ")").equals("true")) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError(expression + " in " + evaluate("document.body.innerText"));
    }

    /** Returns the text of the first element that a selector finds. */
    String text(String selector) {
        return evaluate("(document.querySelector('" + selector + "') || {innerText: 'no such element'}).innerText");
    }

    public void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        JsonNode picture =
                send("Page.captureScreenshot", JSON.createObjectNode().put("captureBeyondViewport", true));
        Files.write(file, Base64.getDecoder().decode(picture.get("data").asText()));
    }

    /** Returns the errors of all pages: of their scripts, and of what their policy forbids. */
    public List<String> errors() {
        return List.copyOf(errors);
    }

    @Override
    public void close() {
        // Its helpers still write into the profile after it has ended.
        List<ProcessHandle> helpers = process.descendants().toList();
        socket.abort();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            for (ProcessHandle helper : helpers) {
                helper.onExit().get(20, TimeUnit.SECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException stuck) {
            throw new IllegalStateException("Chromium does not end", stuck);
        }
    }
}
