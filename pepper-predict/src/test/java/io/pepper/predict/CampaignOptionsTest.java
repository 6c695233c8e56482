package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.distributed.NodeCapability;
import io.pepper.document.InvalidFileException;
import io.pepper.generation.GenerationLoad;
import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CampaignOptionsTest {
    private static final CampaignOptions GIVEN = CampaignOptions.DEFAULTS
            .withModel(new CampaignOptions.Model(
                    "a \"b\"",
                    Path.of("dir", "a.onnx"),
                    Map.of("weights/a.bin", Path.of("dir", "weights", "a.bin")),
                    InputShapes.NONE.withInputShape("x", 1, 3).withDimension("N", 4)))
            .withSweep(CampaignOptions.Sweep.SHORT)
            .withPieces(3)
            .withCandidates(5)
            .withGeneration(new GenerationLoad(6, 3, 20, 2))
            .withLoads(List.of("0", "25x1@0"))
            .withThreads(List.of(1, 4))
            .withRounds(2)
            .withBudget(Duration.ofMillis(125))
            .withQuietWait(Duration.ZERO)
            .withProvider("CUDA");

    private static final Map<String, Path> THERE =
            Map.of("model-1/a.onnx", Path.of("there.onnx"), "model-1/weights/a.bin", Path.of("there.bin"));

    @Test
    void aRequestSaysEverything() throws IOException {
        assertThat(GIVEN.files()).containsOnlyKeys("model-1/a.onnx", "model-1/weights/a.bin");
        CampaignOptions read = CampaignOptions.fromJson(GIVEN.toJson(), THERE);
        assertThat(read.values().models.get(0).file()).isEqualTo(Path.of("there.onnx"));
        assertThat(read.values().models.get(0).sizes())
                .isEqualTo(GIVEN.values().models.get(0).sizes());
        assertThat(read.toJson().replace("there.onnx", "a.onnx")).isEqualTo(GIVEN.toJson());
        assertThat(CampaignOptions.fromJson(
                                GIVEN.withIsolation(Isolation.DEFAULTS).toJson(), THERE)
                        .values()
                        .isolation)
                .contains(Isolation.DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"pieces\":3 | \"pieces\":-3 | pieces",
                "\"pieces\":3 | \"pieces\":2000000000 | pieces 2000000000 is out of range",
                "\"rounds\":2 | \"rounds\":0 | rounds 0 is out of range",
                "\"rounds\":2 | \"rounds\":null | rounds: has no value",
                "\"candidates\":5 | \"candidates\":5000 | candidates 5000 is out of range",
                "\"prompt\":6 | \"prompt\":0 | the tokens of the prompt are 1 to",
                "\"context\":20 | \"context\":8 | a context of 8 tokens is too short",
                "[1,4] | [0] | threads 0 is out of range",
                "[1,4] | [100000] | threads 100000 is out of range",
                "[1,4] | [] | number of numbers of threads 0 is out of range",
                "25x1@0 | 50x2000 | load 50x2000 is out of range",
                "25x1@0 | random:0-5 | a random range of loads stands alone",
                "25x1@0 | ../x | is not a load",
                "\"seconds\":0.125 | \"seconds\":0 | the time of a measurement",
                "\"seconds\":0.125 | \"seconds\":1e99 | seconds",
                "\"sweep\":\"short\" | \"sweep\":\"long\" | LONG",
                "model-1/a.onnx | ../a.onnx | '../a.onnx' was not sent",
                "\"sizes\":[1,3] | \"sizes\":[-1] | -1",
                "\"provider\" | \"other\" | provider",
                "{\"models\" | {\"x\":1,\"models\" | x: is an unknown field"
            })
    void aWrongRequestIsRefusedWithTheFieldAndTheValue(String right, String wrong, String message) {
        assertThat(GIVEN.toJson()).contains(right);
        assertThatThrownBy(() -> CampaignOptions.fromJson(GIVEN.toJson().replace(right, wrong), THERE))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void twoModelsOfOneNameAreRefused() {
        CampaignOptions.Model again =
                new CampaignOptions.Model("a \"b\"", Path.of("other.onnx"), Map.of(), InputShapes.NONE);
        assertThatThrownBy(() -> GIVEN.withModel(again))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would both be called");
    }

    @Test
    void nodesFindTheCapabilities() {
        assertThat(ServiceLoader.load(NodeCapability.class).stream()
                        .map(provider -> provider.get().name()))
                .contains("profile", "calibrate");
    }

    /** On the module path, this library is an automatic module. */
    @Test
    void asAModuleItProvidesTheCapabilities(@TempDir Path directory) throws Exception {
        Path classes = Path.of(CampaignOptions.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Automatic-Module-Name"), "io.pepper.predict");
        Path jar = directory.resolve("predict.jar");
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Path file : files) {
                String name = classes.relativize(file).toString().replace('\\', '/');
                if (name.endsWith(".class") || name.startsWith("META-INF/services/")) {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
        ModuleDescriptor module =
                ModuleFinder.of(jar).find("io.pepper.predict").orElseThrow().descriptor();
        assertThat(module.provides())
                .filteredOn(service -> service.service().equals(NodeCapability.class.getName()))
                .singleElement()
                .satisfies(service ->
                        assertThat(service.providers()).contains("io.pepper.predict.internal.node.ProfileCapability"));
    }
}
