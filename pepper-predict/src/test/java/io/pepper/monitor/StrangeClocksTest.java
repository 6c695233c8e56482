package io.pepper.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Boards whose samples have times of another clock than Prometheus': an instant query does not see them, or sees what was scraped long
 * before. None of them is missing without a word.
 */
class StrangeClocksTest {
    private static final double NOW = 1_000_000;
    private static final String SYSTEM = "\"domainname\":\"d\",\"machine\":\"m\",\"nodename\":\"%s\",\"release\":\"6\","
            + "\"sysname\":\"Linux\",\"version\":\"1\"";

    @TempDir
    private Path directory;

    private FaultServer server;

    @BeforeEach
    void start() throws IOException {
        server = new FaultServer().answer("vector(time())", sample("", NOW));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private PrometheusDeviceMonitor.Builder monitor() {
        return PrometheusDeviceMonitor.builder(server.uri()).retries(0, Duration.ofMillis(1));
    }

    private static String sample(String labels, double value) {
        return "{\"metric\":{" + labels + "},\"value\":[1,\"" + value + "\"]}";
    }

    private static String at(String instance) {
        return "\"instance\":\"" + instance + "\"";
    }

    /** The newest samples that there are, of boards that tell their systems, too. */
    private FaultServer newest(double ahead, String... instances) {
        StringBuilder all = new StringBuilder();
        for (String instance : instances) {
            all.append(all.length() == 0 ? "" : ",")
                    .append(sample(at(instance) + "," + SYSTEM.formatted("node-" + instance), NOW + ahead))
                    .append(',')
                    .append(sample(at(instance), NOW + ahead));
        }
        return server.answer("max_over_time((timestamp", all.toString());
    }

    private DeviceReading only(String name) throws IOException {
        Map<String, DeviceReading> readings = monitor().build().read();
        assertThat(readings).containsOnlyKeys(name);
        return readings.get(name);
    }

    @ParameterizedTest
    @ValueSource(doubles = {5, 300, 7200, 50_000})
    void aBoardOfWhichThereIsOnlyTheFutureIsNamedWithHowFarItsClockIsAhead(double ahead) throws IOException {
        newest(ahead, "pi");
        DeviceReading reading = only("pi");
        assertThat(reading.isKnown()).isFalse();
        assertThat(reading.problems())
                .singleElement()
                .asString()
                .startsWith("the clock of its samples is " + (long) ahead + " seconds ahead of Prometheus' clock")
                .contains("set the clock of the board", "honor_timestamps: false");
    }

    @Test
    void aDeviceOfTheClusterIsFoundByItsOwnNameAlthoughItIsAhead() throws IOException {
        newest(400, "10.0.0.1:9100", "10.0.0.2:9100");
        Map<String, DeviceReading> readings =
                monitor().devices(List.of("NODE-10.0.0.2:9100")).build().read();
        assertThat(readings).containsOnlyKeys("node-10.0.0.1:9100", "NODE-10.0.0.2:9100");
        assertThat(readings.get("NODE-10.0.0.2:9100").problems())
                .singleElement()
                .asString()
                .contains("400 seconds ahead");
    }

    @Test
    void aBoardWithoutASystemIsSaidToo() throws IOException {
        server.answer("max_over_time((timestamp", sample(at("pi:9100"), NOW + 90));
        assertThat(only("pi").problems())
                .singleElement()
                .asString()
                .startsWith("pi:9100: the clock of its samples is 90");
    }

    @Test
    void aNodeThatOnlyTheAgentTellsOfIsSaidToo() throws IOException {
        server.answer("max_over_time((timestamp", sample(at("gw:80") + ",\"char_node_name\":\"nano\"", NOW + 90));
        assertThat(only("nano").problems()).singleElement().asString().startsWith("the clock of its samples is 90");
    }

    @Test
    void aBoardWhoseNewestSampleIsOldIsNamedWithItsAge() throws IOException {
        newest(-2000, "pi");
        assertThat(only("pi").problems())
                .singleElement()
                .asString()
                .startsWith("its newest sample is 2000 seconds old: either it is not scraped any more, or");
    }

    @Test
    void aBoardThatCannotBeReachedIsSaidToBeThatAndNotBehind() throws IOException {
        newest(-2000, "pi").answer("up == 0", sample(at("pi"), 0));
        assertThat(only("pi").problems()).containsExactly("Prometheus cannot reach it");
    }

    private static String target(String job, String instance) {
        return "\"job\":\"" + job + "\"," + at(instance);
    }

    /** As Prometheus answers for a board whose samples it refuses, because they lie more than ten minutes in the future. */
    @Test
    void aBoardOfWhichPrometheusKeepsNothingIsNamedBesideTheOthers() throws IOException {
        String board = target("node", "pi:9100");
        server.answer("node_uname_info", sample(board + "," + SYSTEM.formatted("pi"), 1))
                .answer(
                        "up == 1 unless",
                        sample(target("node", "jetson:9100"), 1)
                                + "," + sample(target("node", "app:8080"), 1)
                                + "," + sample(target("pods", "web:9100"), 1)
                                + "," + sample(board, 1));
        Map<String, DeviceReading> readings = monitor().build().read();
        assertThat(readings).containsOnlyKeys("pi", "jetson");
        assertThat(readings.get("jetson").isKnown()).isFalse();
        assertThat(readings.get("jetson").problems())
                .singleElement()
                .asString()
                .startsWith("jetson:9100: Prometheus reaches it and keeps no node metrics of it")
                .contains("more than ten minutes ahead", "honor_timestamps: false");
        assertThat(readings.get("pi").problems())
                .noneSatisfy(problem -> assertThat(problem).contains("keeps no node metrics"));
    }

    @Test
    void aServerThatRefusesToCompareTargetsIsReadAsBeforeAndSaysSo() throws IOException {
        server.answer("node_uname_info", sample(target("node", "pi:9100") + "," + SYSTEM.formatted("pi"), 1))
                .raw("up == 1 unless", "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no such thing\"}");
        assertThat(only("pi").problems())
                .anySatisfy(problem ->
                        assertThat(problem).startsWith("silent targets: ").contains("no such thing"));
    }

    private void tells(String instance) {
        server.answer("MemTotal_bytes or char", sample(at(instance), 4e9));
    }

    @ParameterizedTest
    @CsvSource({"4, ''", "30, 'about 30 seconds ahead of Prometheus'", "119, about 119 seconds"})
    void valuesOfAClockThatIsAheadAreSaidToBeAsOld(double ahead, String said) throws IOException {
        newest(ahead, "pi");
        tells("pi");
        DeviceReading reading = only("pi");
        assertThat(reading.state().memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(String.join(";", reading.notes())).contains(said);
        assertThat(reading.notes()).hasSize(said.isEmpty() ? 0 : 1);
    }

    @Test
    void valuesOfAClockThatIsFartherAheadThanValuesMayBeOldAreNotTaken() throws IOException {
        newest(200, "pi");
        tells("pi");
        DeviceReading reading = only("pi");
        assertThat(reading.isKnown()).isFalse();
        assertThat(reading.problems()).singleElement().asString().contains("about 200 seconds ahead");
        assertThat(monitor()
                        .maxAge(Duration.ofMinutes(5))
                        .build()
                        .read()
                        .get("pi")
                        .isKnown())
                .isTrue();
    }

    /** Others that speak Prometheus' language, and old ones. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error: unexpected [\"}",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"
            })
    void aServerThatDoesNotAnswerForOtherTimesIsReadAsBefore(String answer) throws IOException {
        server.raw("max_over_time((timestamp", answer);
        tells("pi");
        DeviceReading reading = only("pi");
        assertThat(reading.state().memoryTotalBytes()).hasValue(4_000_000_000L);
        assertThat(reading.notes()).isEmpty();
        assertThat(reading.problems()).noneMatch(problem -> problem.contains("clock") || problem.contains("parse"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 1e300, -1e300})
    void timesThatMakeNoSenseAreNoClocks(double ahead) throws IOException {
        newest(ahead, "pi");
        assertThatThrownBy(() -> monitor().build().read()).hasMessageContaining("no series of node_exporter");
    }

    @Test
    void queriesThatAskForNoAgesAskForNoClocks() throws IOException {
        newest(90, "pi");
        assertThatThrownBy(
                        () -> monitor().queries(PrometheusQueries.PAPER).build().read())
                .hasMessageContaining("no series of node_exporter");
    }

    @Test
    void aRealPrometheusTellsClocksThatAreAheadAndBehind() throws Exception {
        RealPrometheus.assumeInstalled("prometheus");
        try (FakeBoards boards = new FakeBoards()) {
            boards.board("/now", "n", 4, 0.1, 4_000_000_000L)
                    .shifted("/ahead", "/now", Duration.ofSeconds(500))
                    .board("/other", "m", 4, 0.1, 4_000_000_000L)
                    .shifted("/behind", "/other", Duration.ofSeconds(-700));
            StringBuilder jobs = new StringBuilder("global: {scrape_interval: 250ms}\nscrape_configs:\n");
            for (String name : List.of("now", "ahead", "behind")) {
                jobs.append("- {job_name: %1$s, metrics_path: /%1$s, static_configs: [{targets: ['%2$s']}],"
                                .formatted(name, boards.address()))
                        .append(" relabel_configs: [{target_label: instance, replacement: %s}]}%n".formatted(name));
            }
            try (RealPrometheus prometheus = RealPrometheus.start(directory, jobs.toString())) {
                Map<String, DeviceReading> readings = RealPrometheus.await(
                        prometheus.monitor().build(),
                        all -> all.size() == 3
                                && all.get("now").state().cpuLoadPercent().isPresent());
                assertThat(readings.get("now").notes()).isEmpty();
                assertThat(readings.get("ahead").problems())
                        .singleElement()
                        .asString()
                        .containsPattern("is (49\\d|500) seconds ahead");
                assertThat(readings.get("behind").problems())
                        .singleElement()
                        .asString()
                        .containsPattern("newest sample is 7\\d\\d seconds old");
            }
        }
    }

    /** Prometheus takes no sample that lies more than ten minutes in the future, and counts the scrape as a success. */
    @Test
    void aRealPrometheusKeepsNothingOfAClockThatIsFarAhead() throws Exception {
        RealPrometheus.assumeInstalled("prometheus");
        try (FakeBoards boards = new FakeBoards()) {
            boards.board("/now", "n", 4, 0.1, 4_000_000_000L)
                    .board("/other", "m", 4, 0.1, 4_000_000_000L)
                    .shifted("/far", "/other", Duration.ofSeconds(5_000));
            StringBuilder config = new StringBuilder("global: {scrape_interval: 250ms}\nscrape_configs:\n")
                    .append("- job_name: node\n  static_configs:\n");
            for (String name : List.of("now", "far")) {
                config.append("  - {targets: ['%2$s'], labels: {__metrics_path__: /%1$s, instance: '%1$s:9100'}}%n"
                        .formatted(name, boards.address()));
            }
            try (RealPrometheus prometheus = RealPrometheus.start(directory, config.toString())) {
                Map<String, DeviceReading> readings = RealPrometheus.await(
                        prometheus.monitor().build(),
                        all -> all.size() == 2
                                && all.values().stream()
                                        .anyMatch(reading ->
                                                reading.state().cpuLoadPercent().isPresent()));
                assertThat(readings).containsKey("far");
                assertThat(readings.get("far").isKnown()).isFalse();
                assertThat(readings.get("far").problems())
                        .singleElement()
                        .asString()
                        .startsWith("far:9100: Prometheus reaches it and keeps no node metrics of it");
            }
        }
    }
}
