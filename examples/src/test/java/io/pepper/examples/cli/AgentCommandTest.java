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
}
