package io.pepper.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.document.InvalidFileException;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.onnx.testmodels.NameTopologies;
import io.pepper.onnx.testmodels.OperatorTopologies;
import io.pepper.onnx.testmodels.Parts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionManifestTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path directory;

    private Path file;
    private PartitionManifest manifest;

    @BeforeEach
    void export() throws IOException {
        file = directory.resolve(PartitionManifest.FILE_NAME);
        try (OnnxModel model = Parts.load(NameTopologies.symbolicDimensions())) {
            manifest = Parts.split(model, directory);
        }
    }

    private void assertRefused(String... said) {
        assertThatThrownBy(() -> PartitionManifest.read(directory))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageMatching(Pattern.quote(file.toString()) + ":\\d+: (?s).*")
                .hasMessageContainingAll(said);
    }

    private void replace(String found, String written) throws IOException {
        String json = Files.readString(file);
        assertThat(json).contains(found);
        Files.writeString(file, json.replace(found, written));
    }

    @Test
    void writtenManifestsAreReadUnchanged() throws IOException {
        assertThat(PartitionManifest.read(directory)).isEqualTo(manifest);
        assertThat(ManifestJson.write(manifest)).isEqualTo(Files.readAllBytes(file));
    }

    @Test
    void theManifestHasTheNamesAndShapesOfTheModel() {
        assertThat(manifest.tool()).isEqualTo(OnnxModel.toolVersion());
        assertThat(manifest.modelName()).isEqualTo("symbolicDimensions");
        assertThat(manifest.modelSha256())
                .hasValueSatisfying(sum -> assertThat(sum).matches("[0-9a-f]{64}"));
        assertThat(manifest.inputs()).hasToString("[x: float[batch,3,height,width]]");
        assertThat(manifest.cuts()).hasSize(2);
        assertThat(manifest.parts())
                .extracting(PartitionManifest.Part::operators)
                .containsExactly(1, 1, 1);
        assertThat(manifest.notes()).isEmpty();
    }

    @Test
    void absentValuesSurvive() throws IOException {
        TensorInfo odd = new TensorInfo(
                "\"\\ \n größe \uD83D\uDE00",
                Optional.empty(),
                Optional.of(List.of(Dimension.unknown(), Dimension.of("β"), Dimension.of(Long.MAX_VALUE))));
        TensorInfo sequence = new TensorInfo("s", Optional.of("seq(tensor(float))"), Optional.empty());
        TensorInfo scalar = new TensorInfo("c", Optional.of("float"), Optional.of(List.of()));
        List<TensorInfo> tensors = List.of(odd, sequence, scalar);
        PartitionManifest.Part part = new PartitionManifest.Part(
                "a_part1.onnx",
                Optional.empty(),
                Long.MAX_VALUE,
                0,
                3,
                Integer.MAX_VALUE,
                0,
                tensors,
                tensors,
                List.of(
                        new PartitionManifest.Data("größe/a b.data", Optional.empty(), Long.MAX_VALUE),
                        new PartitionManifest.Data("x", Optional.of("00"), 0)));
        PartitionManifest written = new PartitionManifest(
                "tool",
                "",
                Optional.empty(),
                WeightStorage.REFERENCE,
                tensors,
                List.of(),
                List.of(part),
                List.of(),
                7,
                List.of("a", ""),
                Map.of("use_cache_branch", "true"),
                new RecognizedInputs(
                        List.of(new RecognizedInputs.Cache("past", "present")),
                        List.of("encoder"),
                        List.of("context"),
                        List.of("mask"),
                        List.of("bias"),
                        List.of("hidden"),
                        List.of(),
                        List.of("length")));
        Files.write(file, ManifestJson.write(written));
        assertThat(PartitionManifest.read(directory)).isEqualTo(written);
    }

    /** YAML's parser would refuse or change some of these names. */
    @Test
    void namesMayHaveAnyCharacters() throws IOException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (String character : List.of("\u0000", "\t", "\u007f", "\u0085", "\u2028", "\ufeff", "\uffff")) {
            tensors.add(new TensorInfo("x" + character + " y" + character, Optional.empty(), Optional.empty()));
        }
        tensors.add(new TensorInfo("long ".repeat(2_000), Optional.empty(), Optional.empty()));
        PartitionManifest written = new PartitionManifest(
                "tool",
                "",
                Optional.empty(),
                WeightStorage.INLINE,
                tensors.subList(0, 7),
                tensors.subList(7, 8),
                manifest.parts(),
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
        Files.write(file, ManifestJson.write(written));
        assertThat(PartitionManifest.read(directory)).isEqualTo(written);
    }

    @Test
    void tenThousandTensorsAreRead() throws IOException {
        List<TensorInfo> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(new TensorInfo(
                    "block" + i + "/out",
                    Optional.of("float"),
                    Optional.of(List.of(Dimension.of("batch"), Dimension.of(i)))));
        }
        PartitionManifest written = new PartitionManifest(
                "tool",
                "",
                Optional.empty(),
                WeightStorage.INLINE,
                many,
                List.of(),
                manifest.parts(),
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
        Files.write(file, ManifestJson.write(written));
        assertThat(PartitionManifest.read(directory)).isEqualTo(written);
    }

    @Test
    void unknownFieldsAreIgnored() throws IOException {
        replace("\"version\" : 1,", "\"version\" : 1, \"later\" : {\"a\" : [1, {}, null]},");
        assertThat(PartitionManifest.read(directory)).isEqualTo(manifest);
    }

    @Test
    void unusedOperatorsAreCounted() throws IOException {
        try (OnnxModel model = Parts.load(OperatorTopologies.unusedOperators())) {
            PartitionManifest found = Parts.split(model, directory.resolve("unused"));
            assertThat(found.unusedOperators()).isEqualTo(4);
            assertThat(found.parts())
                    .extracting(PartitionManifest.Part::operators)
                    .containsExactly(1, 1, 1);
        }
    }

    /** A field of an object somewhere in the file. */
    private record Place(ObjectNode owner, String field, String path) {}

    private static void places(JsonNode node, String path, List<Place> found) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(field -> {
                String here = path.isEmpty() ? field : path + "." + field;
                found.add(new Place(object, field, here));
                places(object.get(field), here, found);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places(array.get(i), path + "[" + i + "]", found);
            }
        }
    }

    private void refuseEach(BiConsumer<ObjectNode, String> damage, String said, Set<String> but) throws IOException {
        JsonNode whole = MAPPER.readTree(Files.readAllBytes(file));
        List<Place> count = new ArrayList<>();
        places(whole, "", count);
        assertThat(count).hasSizeGreaterThan(50);
        for (int i = 0; i < count.size(); i++) {
            JsonNode copy = whole.deepCopy();
            List<Place> found = new ArrayList<>();
            places(copy, "", found);
            Place place = found.get(i);
            if (but.contains(place.path)) {
                continue;
            }
            damage.accept(place.owner, place.field);
            Files.write(file, MAPPER.writeValueAsBytes(copy));
            assertRefused(": " + place.path + ": ", said);
        }
    }

    @Test
    void everyMissingFieldIsRefusedByItsPath() throws IOException {
        refuseEach(ObjectNode::remove, "is missing", Set.of("inputValues"));
    }

    /** As it was written before inputs could be set. */
    @Test
    void aManifestWithoutValuesOfInputsIsRead() throws IOException {
        PartitionManifest whole = PartitionManifest.read(directory);
        ObjectNode root = (ObjectNode) MAPPER.readTree(Files.readAllBytes(file));
        root.remove("inputValues");
        Files.write(file, MAPPER.writeValueAsBytes(root));
        assertThat(PartitionManifest.read(directory)).isEqualTo(whole);
    }

    @Test
    void everyFieldOfAnotherKindIsRefusedByItsPath() throws IOException {
        refuseEach((owner, field) -> owner.set(field, BooleanNode.TRUE), "expected, found 'true'", Set.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.onnx",
                "/etc/passwd",
                "..",
                ".",
                "",
                "sub/part.onnx",
                "sub\\\\part.onnx",
                "C:part.onnx",
                ".hidden",
                "-option",
                "part\\u0000.onnx",
                "part.onnx\\n"
            })
    void fileThatIsNoPlainNameIsRefused(String name) throws IOException {
        replace("\"symbolicDimensions_part2.onnx\"", "\"" + name + "\"");
        assertRefused("parts[1].file", "is not a plain file name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "2", "9223372036854775807"})
    void otherVersionIsRefused(String version) throws IOException {
        replace("\"version\" : 1,", "\"version\" : " + version + ",");
        assertRefused(":3: version: is " + version + ", but only 1 is supported");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "1.5", "null", "[1]", "-1", "99999999999999999999"})
    void aVersionThatIsNoNumberIsRefused(String version) throws IOException {
        replace("\"version\" : 1,", "\"version\" : " + version + ",");
        assertRefused(":3: version: ");
    }

    @Test
    void otherFormatIsRefused() throws IOException {
        replace("\"pepper-partition\"", "\"pepper-plan\"");
        assertRefused("format", "'pepper-plan'", "'pepper-partition'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "2147483648", "1.5", "1e99", "99999999999999999999", "\"0\"", "[0]"})
    void wrongNumberIsRefused(String number) throws IOException {
        replace("\"unusedOperators\" : 0", "\"unusedOperators\" : " + number);
        assertRefused("unusedOperators: a whole number from 0 to 2147483647 is expected, found ");
    }

    @ParameterizedTest
    @CsvSource({"-3", "3.5", "true", "{}", "[]", "\"\"", "9223372036854775808"})
    void wrongDimensionIsRefused(String dimension) throws IOException {
        replace("\"batch\"", dimension);
        assertRefused(": parts[0].inputs[0].shape: ");
    }

    @Test
    void numberOfEndlessDigitsIsRefused() throws IOException {
        replace("\"unusedOperators\" : 0", "\"unusedOperators\" : " + "9".repeat(100_000));
        assertRefused("is not JSON");
        Files.writeString(file, "{\"format\": 1e999999999}");
        assertRefused("format");
    }

    @Test
    void duplicateFieldIsRefused() throws IOException {
        replace("\"version\" : 1,", "\"version\" : 1, \"version\" : 1,");
        assertRefused(":3: 'version' is there twice");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        Files.writeString(file, "[".repeat(1_000_000));
        assertRefused(":1: is nested more than 16 levels deep");
        replace("[", "{\"a\":");
        assertRefused(":1: is nested more than 16 levels deep");
    }

    @Test
    void textAfterTheManifestIsRefused() throws IOException {
        Files.writeString(file, Files.readString(file) + "{}");
        assertRefused("a second document begins");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "7", "[]", "\"text\"", "no JSON", "{", "{}", "\uFEFF"})
    void otherFilesAreRefused(String content) throws IOException {
        Files.writeString(file, content);
        assertRefused(": ");
    }

    @Test
    void truncatedManifestIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 2; length += 37) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertRefused(": ");
        }
    }

    @Test
    void textThatIsNoUtf8IsRefused() throws IOException {
        String latin = Files.readString(file).replace("symbolicDimensions", "\u00e4");
        Files.write(file, latin.getBytes(StandardCharsets.ISO_8859_1));
        assertRefused("is not JSON");
    }

    @Test
    void cutsThatDoNotFitThePartsAreRefused() throws IOException {
        ObjectNode root = (ObjectNode) MAPPER.readTree(Files.readAllBytes(file));
        root.withArray("cuts").addObject().putArray("tensors");
        Files.write(file, MAPPER.writeValueAsBytes(root));
        assertRefused("cuts", "are 3", "3 parts");
        root.putArray("cuts");
        root.putArray("parts");
        Files.write(file, MAPPER.writeValueAsBytes(root));
        assertRefused("cuts", "0 parts");
    }

    @Test
    void directoryInsteadOfAManifestIsRefused() throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(() -> PartitionManifest.read(directory))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContainingAll(file.toString(), "is a directory");
    }

    @Test
    void directoryWithoutManifestIsRefused() {
        assertThatThrownBy(() -> PartitionManifest.read(directory.resolve("nowhere")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("partition.json");
    }
}
