package io.pepper.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterReaderTest {
    private static final String WHOLE =
            """
            # two at the edge, one far away
            devices:
              camera:
                kind: Raspberry Pi 4 Model B
                memoryBytes: 512e6
                cores: 4
                threads: 2
                idleWatts: 2.7
                busyWatts: 6.4
                predictor: pi
                timeFactor: 6
              gateway: {address: "192.168.1.14:7400"}
              cloud: {allowed: false}
            links:
              - between: [camera, gateway]
                bytesPerSecond: 5e6
                latencySeconds: 0.002
                overheadSeconds: 0.001
                sentShare: 0.5
              - {from: gateway, to: cloud, bytesPerSecond: 12e6, joulesPerByte: 2e-7}
              - {from: cloud, to: camera, unreachable: true}
            defaultLink: {bytesPerSecond: 1e6, latencySeconds: 0.02}
            source: camera
            sink: gateway
            """;

    @TempDir
    Path directory;

    @Test
    void readsEveryField() throws IOException {
        Path file = directory.resolve("cluster.yaml");
        Files.writeString(file, WHOLE);
        Link wifi = Link.of(5e6, 0.002).withOverheadSeconds(0.001).withSentShare(0.5);
        Cluster expected = Cluster.builder()
                .device(Device.of("camera")
                        .withKind("Raspberry Pi 4 Model B")
                        .withMemoryBytes(512_000_000)
                        .withCores(4)
                        .withThreads(2)
                        .withPower(2.7, 6.4)
                        .withPredictor("pi")
                        .withTimeFactor(6))
                .device(Device.builder("gateway").address("192.168.1.14:7400").build())
                .device(Device.of("cloud").withAllowed(false))
                .link("camera", "gateway", wifi)
                .directedLink("gateway", "cloud", Link.of(12e6, 0).withJoulesPerByte(2e-7))
                .unreachable("cloud", "camera")
                .defaultLink(Link.of(1e6, 0.02))
                .source("camera")
                .sink("gateway")
                .build();
        Cluster read = Cluster.read(file);
        assertThat(read).isEqualTo(expected).hasSameHashCodeAs(expected);
        assertThat(read.link(2, 0)).isEmpty();
        assertThat(read.link(2, 1)).contains(Link.of(1e6, 0.02));
        assertThat(read.link(1, 1)).contains(Link.FREE);
        assertThat(read.source()).hasValue(0);
        assertThat(read.sink()).hasValue(1);
        assertThat(wifi.transferSeconds(1e6)).isCloseTo(0.103, within(1e-12));
        assertThat(read.devices().get(0).inferenceWatts().orElseThrow()).isEqualTo(6.4 - 2.7);
    }

    @Test
    void readsJson() throws InvalidFileException {
        Cluster cluster = Cluster.parse(
                "{\"devices\": {\"a\": {\"cores\": 2}, \"b\": {}}, \"defaultLink\": {\"bytesPerSecond\": 1000.5}}",
                "c.json");
        assertThat(cluster.devices()).containsExactly(Device.of("a").withCores(2), Device.of("b"));
        assertThat(cluster.link(0, 1)).contains(Link.of(1000.5, 0));
    }

    @Test
    void aStateSetsMemoryAndCoresOfItsDevice() {
        Cluster cluster = Cluster.builder()
                .device(Device.of("a").withMemoryBytes(100))
                .device(Device.of("b"))
                .build();
        DeviceState state = DeviceState.of("a").withMemoryFreeBytes(60).withCores(4);
        assertThat(cluster.withState(state).devices())
                .containsExactly(Device.of("a").withMemoryBytes(60).withCores(4), Device.of("b"));
        DeviceState large = DeviceState.of("a").withMemoryTotalBytes(200);
        assertThat(cluster.withState(large).devices().get(0).memoryBytes()).hasValue(100);
        DeviceState other = DeviceState.of("b").withMemoryTotalBytes(200);
        assertThat(cluster.withState(other).devices().get(1).memoryBytes()).hasValue(200);
        assertThat(cluster.withState(other.withMemoryFreeBytes(50))
                        .devices()
                        .get(1)
                        .memoryBytes())
                .hasValue(50);
        assertThatThrownBy(() -> cluster.withState(DeviceState.of("c"))).hasMessageContaining("no device 'c'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "devices: {a: {}}\\ncolour: red | c:2: colour: is an unknown field",
                "devices:\\n  a:\\n    memory: 5 | c:3: devices.a.memory: is an unknown field",
                "devices:\\n  a:\\n    memoryBytes: lots | c:3: devices.a.memoryBytes: a whole number from 0 to",
                "devices:\\n  a:\\n    memoryBytes: -1 | c:3: devices.a.memoryBytes: a whole number from 0 to",
                "devices:\\n  a:\\n    memoryBytes: 0.5 | c:3: devices.a.memoryBytes: a whole number from 0 to",
                "devices:\\n  a:\\n    memoryBytes: 1e999999999 | c:3: devices.a.memoryBytes: a whole number from 0 to",
                "devices:\\n  a:\\n    idleWatts: 1e999999999 | c:3: devices.a.idleWatts: a number is expected",
                "devices:\\n  a:\\n    idleWatts: .nan | c:3: devices.a.idleWatts: a number is expected",
                "devices:\\n  a:\\n    allowed: maybe | c:3: devices.a.allowed: true or false is expected, found 'maybe'",
                "devices:\\n  a:\\n    cores: [1] | c:3: devices.a.cores: a whole number from 0 to 2147483647 is expected, found a list",
                "devices:\\n  a: {cores: 0} | c:2: devices.a: device 'a': cores cannot be",
                "devices:\\n  a: {idleWatts: 5, busyWatts: 4} | c:2: devices.a: device 'a': busyWatts cannot be",
                "devices:\\n  a: {address: pi4} | c:2: devices.a: 'pi4' is not HOST:PORT",
                "devices:\\n  a: {address: 'pi4:0'} | c:2: devices.a: 'pi4:0' is not HOST:PORT",
                "devices:\\n  a: 5 | c:2: devices.a: fields are expected, found '5'",
                "devices: [a, b] | c:1: devices: fields are expected, found a list",
                "devices: {} | c:1: a cluster needs a device",
                "source: a | c:1: devices: is missing",
                "devices: {a: {}}\\nsource: b | c:1: there is no device 'b' in the cluster",
                "devices: {a: {}, b: {}}\\nlinks: 5 | c:2: links: a list is expected, found '5'",
                "devices: {a: {}, b: {}}\\nlinks:\\n  - {between: [a, b]} | c:3: links[0].bytesPerSecond: is missing",
                "devices: {a: {}, b: {}}\\nlinks:\\n  - {between: [a], bytesPerSecond: 1} | c:3: links[0].between: two devices",
                "devices: {a: {}, b: {}}\\nlinks:\\n  - {from: a, bytesPerSecond: 1} | c:3: links[0]: a link has either",
                "devices: {a: {}, b: {}}\\nlinks:\\n  - {from: a, to: a, bytesPerSecond: 1} | device 'a' is linked to itself",
                "devices: {a: {}, b: {}}\\nlinks:\\n  - {from: a, to: b, bytesPerSecond: 0} | c:3: links[0]: a link's bytesPerSecond cannot be 0.0",
                "devices: {a: {}, a: {}} | c:1: 'a' is there twice",
                "devices: {a: &x {}, b: *x} | c:1: anchors are not read",
                "devices: {a: {}}\\n---\\ndevices: {b: {}} | c:3: a second document begins",
                "devices: {a: {} | c:1:",
                "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]] | c:1: is nested more than 16 levels deep",
                "`` | c:1: is empty",
                "'just text' | c:1: fields are expected"
            })
    void errorsNameTheFaultAndItsPlace(String text, String expected) {
        assertThatThrownBy(() -> Cluster.parse(text.replace("\\n", "\n"), "c"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void filesThatAreTooLargeOrNotTextAreRefused() throws IOException {
        Path file = directory.resolve("cluster.yaml");
        Files.write(file, new byte[] {'a', (byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> Cluster.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("is not text in UTF-8");
        Files.writeString(file, "#".repeat(5 << 20));
        assertThatThrownBy(() -> Cluster.read(file)).hasMessageContaining("is larger than");
        assertThatThrownBy(() -> Cluster.parse("# " + "x".repeat(2 << 20), "c"))
                .isInstanceOf(InvalidFileException.class);
        assertThatThrownBy(() -> Cluster.parse("{".repeat(100_000), "c")).isInstanceOf(InvalidFileException.class);
    }

    @Test
    void damagedFilesAreRefusedOrRead() {
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder(WHOLE);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(128));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, "{[:-*&\"'\n\t%@`,}]".charAt(random.nextInt(16)));
                }
            }
            try {
                assertThat(Cluster.parse(text.toString(), "c").devices()).isNotEmpty();
            } catch (InvalidFileException expected) {
                assertThat(expected.getMessage()).matches("(?s)c:\\d+: .+");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }
}
