package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cut.Cuts;
import io.pepper.document.InvalidFileException;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configuration of parts for onnxruntime-genai. */
class GenaiConfigTest {
    private static final String WHOLE =
            """
            {"model": {"type": "llama", "eos_token_id": [2, 5], "context_length": 32, "pad_token_id": 2,
              "decoder": {"filename": "model.onnx", "hidden_size": 16, "session_options": {"log_id": "x"},
                "inputs": {"input_ids": "other"}}},
             "search": {"max_length": 32}}
            """;

    @TempDir
    Path directory;

    private static ExportStyle style(String name) {
        List<ExportStyle> all = new ArrayList<>(ExportStyle.decoders());
        all.addAll(ExportStyle.encoderDecoders());
        return all.stream()
                .filter(style -> style.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private PartitionManifest split(ExportStyle style) throws IOException {
        try (OnnxModel model = OnnxModel.load(ExportedDecoder.bytes(style, 6), "decoder")) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            Partition partition = Partitioner.balanced(3, OperatorCosts.count()).partition(cuts);
            return SubmodelExporter.export(model, partition, directory);
        }
    }

    private Path whole(String content) throws IOException {
        return Files.writeString(directory.resolve("whole.json"), content);
    }

    private JsonNode written() throws IOException {
        return new ObjectMapper()
                .readTree(directory.resolve(GenaiConfig.FILE_NAME).toFile());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    @Test
    void everyPartIsAStageOfThePipeline() throws IOException {
        PartitionManifest manifest = split(style("past_key_values.#.@ to present.#.@"));
        GenaiConfig.write(directory, whole(WHOLE));
        JsonNode model = written().path("model");
        assertThat(model.path("type").asText()).isEqualTo("decoder-pipeline");
        assertThat(model.path("eos_token_id")).hasSize(2);
        assertThat(model.path("vocab_size").asInt()).isEqualTo(ExportedDecoder.VOCABULARY);
        assertThat(written().path("search").path("max_length").asInt()).isEqualTo(32);
        JsonNode decoder = model.path("decoder");
        assertThat(decoder.has("filename")).isFalse();
        assertThat(decoder.path("hidden_size").asInt()).isEqualTo(16);
        assertThat(decoder.path("num_hidden_layers").asInt()).isEqualTo(6);
        assertThat(decoder.path("num_key_value_heads").asInt()).isEqualTo(ExportedDecoder.HEADS);
        assertThat(decoder.path("head_size").asInt()).isEqualTo(ExportedDecoder.HEAD);
        assertThat(decoder.path("inputs"))
                .hasToString("{\"input_ids\":\"input_ids\",\"attention_mask\":\"attention_mask\","
                        + "\"position_ids\":\"position_ids\",\"past_key_names\":\"past_key_values.%d.key\","
                        + "\"past_value_names\":\"past_key_values.%d.value\"}");
        assertThat(decoder.path("outputs"))
                .hasToString("{\"logits\":\"logits\",\"present_key_names\":\"present.%d.key\","
                        + "\"present_value_names\":\"present.%d.value\"}");
        assertThat(decoder.path("pipeline")).hasSize(3);
        for (int part = 0; part < 3; part++) {
            JsonNode stage = decoder.path("pipeline").get(part).path("part-" + (part + 1));
            PartitionManifest.Part described = manifest.parts().get(part);
            assertThat(stage.path("filename").asText()).isEqualTo(described.file());
            assertThat(directory.resolve(described.file())).exists();
            assertThat(texts(stage.path("inputs")))
                    .isEqualTo(described.inputs().stream().map(TensorInfo::name).toList());
            assertThat(texts(stage.path("outputs")))
                    .isEqualTo(
                            described.outputs().stream().map(TensorInfo::name).toList());
            assertThat(stage.path("run_on_prompt").asBoolean()).isTrue();
            assertThat(stage.path("run_on_token_gen").asBoolean()).isTrue();
        }
    }

    @Test
    void keysAndValuesMayBeStacked() throws IOException {
        split(style("stacked"));
        GenaiConfig.write(directory, whole(WHOLE));
        JsonNode decoder = written().path("model").path("decoder");
        assertThat(decoder.path("inputs").path("past_names").asText()).isEqualTo("past_%d");
        assertThat(decoder.path("outputs").path("present_names").asText()).isEqualTo("present_%d");
        assertThat(decoder.path("head_size").asInt()).isEqualTo(ExportedDecoder.HEAD);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "transposed; has not the axes batch, heads, tokens, width",
                "sequence first; has not the axes batch, heads, tokens, width",
                "four axes, added; is not made by a pipeline of decoders",
                "cache_position; 'cache_position: int64[sequence_length]' is not made by a pipeline",
                "wanted logits; 'num_logits_to_keep: int64[]' is not made by a pipeline",
                "types of tokens; is not made by a pipeline of decoders",
                "states of an encoder; 'encoder_hidden_states: float["
            })
    void whatThePipelineDoesNotMakeIsRefused(String name, String message) throws IOException {
        split(style(name));
        Path whole = whole(WHOLE);
        assertThatThrownBy(() -> GenaiConfig.write(directory, whole))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message);
        assertThat(directory.resolve(GenaiConfig.FILE_NAME)).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; model.eos_token_id: is missing",
                "{\"model\": {\"eos_token_id\": 1}}; model.context_length: is missing",
                "{\"model\": 3}; model: is no object",
                "[]; is no JSON object",
                "{; is no JSON"
            })
    void aConfigurationOfTheWholeThatLacksAFieldIsRefused(String content, String message) throws IOException {
        split(style("no positions"));
        Path whole = whole(content);
        assertThatThrownBy(() -> GenaiConfig.write(directory, whole))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("whole.json")
                .hasMessageContaining(message);
        assertThat(directory.resolve(GenaiConfig.FILE_NAME)).doesNotExist();
    }
}
