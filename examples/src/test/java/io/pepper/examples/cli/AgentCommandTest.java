package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent on the command line, from its first line to its stop. */
class AgentCommandTest {
    private static final Pattern READY = Pattern.compile("ready: (http://\\S+) is (\\S+), ([0-9a-f-]{36})");

    @TempDir
    Path directory;

    private final ScrapingWriter out = new ScrapingWriter();
    private final NodeWriter nodeOut = new NodeWriter();
    private final StringWriter err = new StringWriter();

    /** Scrapes the agent once it is ready, and then stops it. */
    private static final class ScrapingWriter extends StringWriter {
        private String scraped = "";

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            Matcher ready = READY.matcher(text);
            if (ready.find()) {
                try (var in = URI.create(ready.group(1)).toURL().openStream()) {
                    scraped = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Scrapes the agent of a node once the node is ready, asks for the node's status, and then stops the node. */
    private static final class NodeWriter extends StringWriter {
        private static final Pattern AGENT = Pattern.compile("agent: (http://\\S+)");
        private static final Pattern NODE = Pattern.compile("ready: pi4 is at (\\S+)");
        private String agent = "";
        private String scraped = "";
        private String status = "";

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            Matcher address = AGENT.matcher(text);
            agent = address.find() ? address.group(1) : agent;
            Matcher node = NODE.matcher(text);
            if (node.find()) {
                try (var in = URI.create(agent).toURL().openStream()) {
                    scraped = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
                StringWriter told = new StringWriter();
                Main.run(
                        new PrintWriter(told, true),
                        new PrintWriter(told, true),
                        "status",
                        "--json",
                        "--cluster",
                        node.group(1));
                status = told.toString();
                Thread.currentThread().interrupt();
            }
        }
    }

    private int run(Object... arguments) {
        List<String> all = new ArrayList<>(
                List.of("agent", "--uuid-file", directory.resolve("uuid").toString()));
        for (Object each : arguments) {
            all.add(String.valueOf(each));
        }
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    }

    @Test
    void servesTheNodesMetricsUntilItIsStopped() {
        assertThat(run("--listen", "127.0.0.1:0", "--name", "pi4", "--location", "city=Ulm,latitude=48.4"))
                .as(err.toString())
                .isZero();
        assertThat(Thread.interrupted()).isFalse();
        Matcher ready = READY.matcher(out.toString());
        assertThat(ready.find()).isTrue();
        assertThat(ready.group(2)).isEqualTo("pi4");
        assertThat(out.scraped)
                .contains("char_node_uuid=\"" + ready.group(3) + "\"")
                .contains("char_node_city=\"Ulm\"")
                .contains("char_node_latitude=\"48.4\"")
                .contains("nodename=\"pi4\"");
        String first = ready.group(3);
        assertThat(run("--listen", "localhost:0")).as(err.toString()).isZero();
        assertThat(out.toString()).as("the UUID is kept").containsSubsequence(first, first);
    }

    @Test
    void anAddressThatOthersReachNeedsProtectionOrTheWordUnprotected() {
        assertThat(run("--listen", "0.0.0.0:0")).isEqualTo(1);
        assertThat(err.toString())
                .contains("other machines would reach the agent")
                .doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void wrongOptionsAreNamed() {
        assertThat(run("--listen", "9100")).isEqualTo(2);
        assertThat(err.toString()).contains("'9100' is not ADDRESS:PORT");
        assertThat(run("--listen", "127.0.0.1:99999")).isEqualTo(2);
        assertThat(run("--location", "town=Ulm")).isEqualTo(2);
        assertThat(err.toString()).contains("a location has no 'town'");
        assertThat(run("--location", "latitude=91")).isEqualTo(2);
        assertThat(run("--location", "longitude=east")).isEqualTo(2);
        assertThat(run("--name", "a\u0007b")).isEqualTo(2);
        assertThat(run("--web-config", directory.resolve("missing.yml"))).isEqualTo(1);
        assertThat(err.toString()).contains("missing.yml");
        assertThat(run("--listen", "nowhere.invalid:0")).isEqualTo(1);
        assertThat(err.toString()).contains("no such address is known");
    }

    @Test
    void aNodeServesTheMetricsOfItsDeviceInTheSameProcess() {
        Path store = directory.resolve("store");
        int code = Main.run(
                new PrintWriter(nodeOut, true),
                new PrintWriter(err, true),
                "node",
                "--name",
                "pi4",
                "--listen",
                "127.0.0.1:0",
                "--store",
                store.toString(),
                "--agent",
                "127.0.0.1:0",
                "--location",
                "city=Ulm");
        assertThat(code).as(err.toString()).isZero();
        assertThat(Thread.interrupted()).isFalse();
        assertThat(nodeOut.toString()).contains("ready: pi4 is at 127.0.0.1:");
        assertThat(nodeOut.scraped).contains("nodename=\"pi4\"").contains("char_node_city=\"Ulm\"");
        assertThat(nodeOut.status).contains(nodeOut.agent).contains("\"name\" : \"pi4\"");
        assertThat(store.resolve("agent-uuid")).exists();
    }

    @Test
    void aNodeHasItsOwnAgentOrNamesAnotherOne() {
        int code = Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "node",
                "--name",
                "pi4",
                "--store",
                directory.resolve("store").toString(),
                "--agent",
                "127.0.0.1:0",
                "--agent-url",
                "http://10.0.0.1:9100/metrics");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--agent and --agent-url exclude each other");
    }
}
