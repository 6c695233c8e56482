package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.dashboard.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The report on the plan of a text generator. */
class GenerationReportTest extends DecoderCommands {
    @BeforeEach
    void writeBoth() throws IOException {
        write(
                """
                devices:
                  pi: {predictor: 'starter:raspberry-pi-5', memoryBytes: 4e9}
                  desk: {predictor: 'starter:rk3588s'}
                links:
                  - {between: [pi, desk], bytesPerSecond: 12e6, latencySeconds: 0.001}
                source: pi
                """);
    }

    private void plan(Object... args) {
        List<Object> words = new ArrayList<>(List.of(
                "plan",
                model,
                "--cluster",
                cluster,
                "--generate",
                "prompt=64,new=9,context=100,sequences=2",
                "--min-devices",
                2));
        words.addAll(List.of(args));
        assertThat(run(words.toArray())).as(err.toString()).isZero();
    }

    @Test
    void showsPhasesCachesAndTheFront() throws IOException {
        Path page = directory.resolve("plan.html");
        plan("--report", page, "--json");
        String html = Files.readString(page);
        assertThat(html)
                .contains("Objective: latency, for a prompt of 64 tokens and 9 new ones", "A task takes ", " limits it")
                .contains("One prompt, paced by", "One token, paced by", "A pipeline: a mean step every ")
                .contains("Which phase takes the time", "one prompt", "one token")
                .contains("Caches at the longest context", "of which ", "are caches")
                .contains("The best trade-offs of time to first token and tokens per second")
                .contains("this plan: ")
                .doesNotContain("One inference", "past_key_values", "present.");
        JsonNode front = new ObjectMapper()
                .readTree(out.toString())
                .path("generation")
                .path("front")
                .path("tradeOffs");
        assertThat(points(html)).isEqualTo(front.size());
        Path picture = directory.resolve("plan.svg");
        plan("--report", picture, "--objective", "throughput");
        assertThat(Files.readString(picture))
                .startsWith("<svg")
                .contains("One prompt, paced by", "tokens per second of 2 sequences");
    }

    private static int points(String html) {
        Matcher points = Pattern.compile("<g class=\"trade( chosen)?\"").matcher(html);
        int count = 0;
        while (points.find()) {
            count++;
        }
        return count;
    }

    @Test
    void nothingScrollsSidewaysOnATelephone() throws Exception {
        Path page = directory.resolve("plan.html");
        plan("--report", page);
        Path profile = Files.createDirectories(directory.resolve("profile"));
        try (Chromium chromium = Chromium.start(profile)) {
            for (boolean dark : new boolean[] {false, true}) {
                chromium.look(390, 900, dark).open(page.toUri().toString());
                chromium.await("document.querySelectorAll('h2').length > 2");
                assertThat(chromium.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                        .isEqualTo("true");
                assertThat(chromium.evaluate("getComputedStyle(document.body).backgroundColor"))
                        .isEqualTo(dark ? "rgb(18, 23, 29)" : "rgb(255, 255, 255)");
                assertThat(chromium.evaluate("getComputedStyle(document.querySelector('.trade circle')).fill"))
                        .isEqualTo(dark ? "rgb(99, 196, 143)" : "rgb(31, 111, 67)");
                chromium.screenshot(Path.of("target", "reports", "generation-" + (dark ? "dark" : "light") + ".png"));
            }
            assertThat(chromium.errors()).isEmpty();
        }
    }
}
