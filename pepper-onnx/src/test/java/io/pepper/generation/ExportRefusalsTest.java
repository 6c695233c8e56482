package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Text generators whose inputs have no known value are refused by the name of the input. */
class ExportRefusalsTest {
    private static ValueInfoProto value(String name, DataType type, Object... axes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object axis : axes) {
            if (axis instanceof Integer size) {
                shape.addDimBuilder().setDimValue(size);
            } else {
                shape.addDimBuilder().setDimParam(axis.toString());
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }

    private static void assertRefused(Consumer<GraphProto.Builder> change, String... message) throws Exception {
        byte[] bytes = ExportedDecoder.bytes(ExportStyle.decoders().get(0), 2);
        ModelProto.Builder model = ModelProto.parseFrom(bytes).toBuilder();
        change.accept(model.getGraphBuilder());
        try (OnnxModel opened = OnnxModel.load(model.build().toByteArray(), "decoder")) {
            var refused = assertThatThrownBy(() -> GenerationSession.open(opened, GenerationOptions.DEFAULTS))
                    .isInstanceOf(UnsupportedModelException.class);
            for (String part : message) {
                refused.hasMessageContaining(part);
            }
        }
    }

    /** Replaces the input of the same name, for another type or shape. */
    private static Consumer<GraphProto.Builder> replaced(ValueInfoProto input) {
        return graph -> {
            for (int i = 0; i < graph.getInputCount(); i++) {
                if (graph.getInput(i).getName().equals(input.getName())) {
                    graph.setInput(i, input);
                }
            }
        };
    }

    private static Consumer<GraphProto.Builder> added(ValueInfoProto input) {
        return graph -> graph.addInput(input);
    }

    @Test
    void embeddingsBesideTokens() throws Exception {
        assertRefused(
                added(value("inputs_embeds", FLOAT, "batch_size", "sequence_length", 16)),
                "'inputs_embeds: float[batch_size,sequence_length,16]' is not an input of tokens");
    }

    @Test
    void twoInputsOfTokens() throws Exception {
        assertRefused(
                added(value("decoder_input_ids", INT64, "batch_size", "decoder_sequence_length")),
                "[input_ids, decoder_input_ids] are not one input of tokens");
    }

    @Test
    void aFixedNumberOfTokens() throws Exception {
        assertRefused(
                replaced(value("input_ids", INT64, 1, 128)),
                "'input_ids: int64[1,128]' takes a fixed number of tokens");
    }

    @Test
    void aSwitch() throws Exception {
        assertRefused(
                added(value("use_cache_branch", BOOL, 1)),
                "'use_cache_branch: bool[1]' is a switch: select the branch that reads caches",
                "split MODEL --set use_cache_branch=true");
    }

    @Test
    void aLengthThatMayBeThatOfTheStepOrOfAll() throws Exception {
        assertRefused(
                added(value("current_sequence_length", INT32)),
                "'current_sequence_length: int32[]' is a length that generation does not know");
    }

    @Test
    void aMaskOfFixedLengthWithoutThePlaceOfNewTokens() throws Exception {
        assertRefused(
                replaced(value("attention_mask", INT64, "batch_size", 64)),
                "'attention_mask: int64[batch_size,64]' has a fixed length",
                "cache_position");
    }

    @Test
    void aMaskOfFiveAxes() throws Exception {
        assertRefused(
                replaced(value("attention_mask", INT64, 1, 1, 1, "sequence_length", "total")),
                "'attention_mask: int64[1,1,1,sequence_length,total]' has a shape for which generation knows no");
    }

    @Test
    void aCacheWhoseSizesAreNotKnown() throws Exception {
        assertRefused(
                replaced(value("past_key_values.0.key", FLOAT, "batch_size x num_heads", "past_sequence_length", 8, 1)),
                "'past_key_values.0.key: float[batch_size x num_heads,past_sequence_length,8,1]' has an axis of the"
                        + " size 'batch_size x num_heads'");
        assertRefused(
                replaced(value("past_key_values.1.key", FLOAT, "batch_size", "heads", "past_sequence_length", 8)),
                "'past_key_values.1.key: float[batch_size,heads,past_sequence_length,8]' has more than one axis");
    }
}
