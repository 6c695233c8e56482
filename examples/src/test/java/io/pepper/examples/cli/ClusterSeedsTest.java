package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The word after --cluster is an address or a file, never both. */
class ClusterSeedsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:7400, true",
        "pepper-nodes:7400, true",
        "[::1]:7400, true",
        "cluster.yaml, false",
        "some/where:7400, false",
        "C:\\cluster.yaml, false",
        "pi4, false",
        "pi4:, false",
        ":7400, false"
    })
    void anAddressEndsWithAPortAndIsNoPath(String word, boolean address) {
        assertThat(ClusterSeeds.isAddress(word)).isEqualTo(address);
    }

    @Test
    void addressesStayAsTheyAre() throws IOException {
        ClusterSeeds seeds = ClusterSeeds.of(List.of("a:1", "b:2"));
        assertThat(seeds.addresses()).containsExactly("a:1", "b:2");
        assertThat(seeds.file()).isEmpty();
        assertThat(seeds.device("x")).isEmpty();
        assertThat(ClusterSeeds.of(List.of()).addresses()).isEmpty();
    }

    @Test
    void aFileNamesTheAddressesOfItsDevices() throws IOException {
        ClusterSeeds seeds = ClusterSeeds.of(List.of(
                file("devices: {pi4: {address: '10.0.0.1:7400', kind: pi4}, cloud: {}, jetson: {address: 'j:7401'}}")));
        assertThat(seeds.addresses()).containsExactly("10.0.0.1:7400", "j:7401");
        assertThat(seeds.device("pi4").flatMap(Device::kind)).contains("pi4");
        assertThat(seeds.device("cloud").flatMap(Device::address)).isEmpty();
        assertThatThrownBy(() -> seeds.device("pi5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the cluster file has no device 'pi5', only pi4, cloud, jetson");
    }

    @Test
    void aFileWithoutAddressesIsRefusedWithAnExample() throws IOException {
        String file = file("devices: {pi4: {}}");
        assertThatThrownBy(() -> ClusterSeeds.of(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file + ": no device has an address")
                .hasMessageContaining("pi4: {address: 192.168.1.14:7400}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "nosuch.yaml", "pi4:port", "pi4:7400,nosuch.yaml"})
    void whatIsNeitherIsRefused(String words) {
        assertThatThrownBy(() -> ClusterSeeds.of(List.of(words.split(","))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found '" + words + "'");
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("cluster.yaml"), text).toString();
    }
}
