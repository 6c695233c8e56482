package io.pepper.examples.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cluster.LinkState;
import io.pepper.examples.ExamplePlan;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as a browser shows it: the newest values with their ages, and nothing old as if it were new. */
@Timeout(180)
class DashboardInBrowserTest {
    private static final String HOSTILE = "<img src=x onerror=document.title=1>";

    @TempDir
    static Path profile;

    @TempDir
    static Path directory;

    private static Chromium chromium;
    private static DeploymentPlan plan;

    private final FakeSource source = new FakeSource();
    private Dashboard dashboard;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        chromium = Chromium.start(profile);
        plan = ExamplePlan.export(directory);
    }

    @AfterAll
    static void quit() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void start() throws IOException {
        String file = plan.partition().parts().get(0).file();
        source.with(FakeSource.warm(FakeSource.board("camera", 37, Duration.ZERO), 84.4, 3.25))
                .with("gateway", 12, Duration.ofSeconds(45))
                .with("cellar", 50, Duration.ofMinutes(10))
                .with(FakeSource.lost("attic", "attic:9100: Prometheus cannot reach it"))
                .with(HOSTILE, 5, Duration.ZERO);
        source.links = List.of(
                new LinkReading(
                        LinkState.of("camera", "gateway")
                                .withBytesPerSecond(4e8)
                                .withLatencySeconds(0.0021),
                        OptionalDouble.of(90),
                        false,
                        OptionalLong.empty(),
                        List.of()),
                new LinkReading(
                        LinkState.of("cellar", "gateway"),
                        OptionalDouble.of(7300),
                        true,
                        OptionalLong.empty(),
                        List.of("the measurement is too old")));
        source.stages = Map.of(file, 0.02);
        dashboard =
                Dashboard.start(DashboardOptions.DEFAULTS.withEvery(Duration.ofMillis(200)), source, Optional.of(plan));
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    private void show(int width, boolean dark) throws InterruptedException {
        chromium.look(width, 900, dark).open("http://127.0.0.1:" + dashboard.port() + "/");
        chromium.await("document.querySelectorAll('.card').length === 5");
    }

    private static String card(String board) {
        return "[data-board=\"" + board + "\"]";
    }

    private static String styleOf(String board) {
        return chromium.evaluate("document.querySelector('" + card(board) + "').className");
    }

    @Test
    void aBoardHasItsNewestValues() throws Exception {
        show(1280, false);
        assertThat(styleOf("camera")).isEqualTo("card live");
        assertThat(chromium.text(card("camera")))
                .contains("37 %", "75 % of 4 GiB", "42 %", "84 °C", "3.3 W", "4 cores", "1 part", "s old");
        assertThat(chromium.evaluate("document.querySelector('" + card("camera") + " .figure.high').innerText"))
                .contains("Temperature");
        assertThat(chromium.text(card(HOSTILE))).contains(HOSTILE, "no sensor");
        assertThat(chromium.evaluate("String(document.images.length)"))
                .as("a name is no markup")
                .isEqualTo("0");
        source.with("camera", 91, Duration.ZERO);
        chromium.await("document.querySelector('" + card("camera") + "').innerText.includes('91 %')");
        assertThat(chromium.errors()).isEmpty();
    }

    @Test
    void anOldValueIsMarkedAndThenNotShown() throws Exception {
        show(1280, false);
        assertThat(styleOf("gateway")).isEqualTo("card late");
        assertThat(chromium.text(card("gateway")))
                .containsPattern("Late: (4[5-9]|[5-9][0-9]) s old")
                .contains("12 %");
        assertThat(styleOf("cellar")).isEqualTo("card gone");
        assertThat(chromium.text(card("cellar")))
                .contains("No values for 10 min")
                .doesNotContain("50 %");
        assertThat(styleOf("attic")).isEqualTo("card gone");
        assertThat(chromium.text(card("attic"))).contains("No values yet", "attic:9100: Prometheus cannot reach it");
    }

    @Test
    void theDeploymentIsComparedWithItsPrediction() throws Exception {
        show(1280, false);
        assertThat(chromium.text("#parts"))
                .contains("predicted latency", "camera", "10 ms", "20 ms", "2.0 ×", "not measured");
        assertThat(chromium.evaluate("document.querySelectorAll('#parts tr.slow').length + ''"))
                .isEqualTo("1");
        assertThat(chromium.text("#links"))
                .contains("camera → gateway", "400 MB/s", "1 GB/s", "40 %", "2.1 ms", "not measured")
                .containsPattern("9\\d s ago")
                .contains("cellar → gateway", "2 h ago: the measurement is too old");
    }

    @Test
    void aSourceThatStopsAnsweringIsNamed() throws Exception {
        show(1280, false);
        source.failure = "no server listens there";
        chromium.await("document.querySelector('#state.failed')");
        assertThat(chromium.text("#state"))
                .containsPattern(
                        "Prometheus http://prometheus:9090 does not answer for \\d+ s: no server listens there");
        source.failure = "";
        chromium.await("document.querySelector('#state.live')");
    }

    @Test
    void aDashboardThatStopsIsNamedAndAgesGrow() throws Exception {
        show(1280, false);
        dashboard.close();
        chromium.await("document.querySelector('#state.failed')");
        assertThat(chromium.text("#state")).contains("The dashboard itself does not answer since");
        chromium.await("/[3-9] s old/.test(document.querySelector('" + card("camera") + "').innerText)");
    }

    @ParameterizedTest
    @CsvSource({"1280, false", "1280, true", "390, false", "390, true"})
    void nothingScrollsSideways(int width, boolean dark) throws Exception {
        show(width, dark);
        assertThat(chromium.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))
                .as(
                        chromium.evaluate(
                                "Array.from(document.querySelectorAll('body *')).filter(e =>"
                                        + " e.getBoundingClientRect().right > window.innerWidth).map(e => e.outerHTML.slice(0, 100)).join('\\n')"))
                .isEqualTo("true");
        assertThat(chromium.evaluate("getComputedStyle(document.body).backgroundColor"))
                .isEqualTo(dark ? "rgb(18, 23, 29)" : "rgb(255, 255, 255)");
        chromium.screenshot(Path.of("target", "dashboard", width + (dark ? "-dark" : "-light") + ".png"));
        assertThat(chromium.errors()).isEmpty();
    }
}
