package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.SubmodelExporter;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A decoder that is one {@code If} of a branch with caches and one without, as Optimum exports it. */
class MergedDecoderTest {
    private static final int LAYERS = 4;
    private static final ExportStyle STYLE = ExportStyle.decoders().get(0);
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);
    private static final Sampling SAMPLING = Sampling.GREEDY.withMaxNewTokens(8);

    @TempDir
    Path directory;

    /** The body of a decoder with other names for what its operators make. The branch without caches has another head. */
    private static GraphProto branch(GraphProto whole, String prefix, boolean differs) {
        Set<String> made = new HashSet<>();
        whole.getNodeList().forEach(node -> made.addAll(node.getOutputList()));
        GraphProto.Builder branch = GraphProto.newBuilder().setName(prefix);
        for (NodeProto node : whole.getNodeList()) {
            NodeProto.Builder renamed = node.toBuilder().clearInput().clearOutput();
            node.getInputList().forEach(name -> renamed.addInput(made.contains(name) ? prefix + name : name));
            node.getOutputList().forEach(name -> renamed.addOutput(prefix + name));
            branch.addNode(renamed.setName(prefix + node.getName()));
        }
        for (ValueInfoProto output : whole.getOutputList()) {
            String name = prefix + output.getName();
            if (differs && output.getName().equals("logits")) {
                branch.addNode(
                        NodeProto.newBuilder().setOpType("Neg").addInput(name).addOutput(name + "n"));
                name += "n";
            }
            branch.addOutput(output.toBuilder().setName(name));
        }
        return branch.build();
    }

    private static byte[] merged() throws IOException {
        ModelProto model = ModelProto.parseFrom(ExportedDecoder.bytes(STYLE, LAYERS));
        GraphProto whole = model.getGraph();
        NodeProto.Builder choice = NodeProto.newBuilder()
                .setOpType("If")
                .setName("optimum::if")
                .addInput("use_cache_branch")
                .addAttribute(attribute("then_branch", branch(whole, "past/", false)))
                .addAttribute(attribute("else_branch", branch(whole, "nopast/", true)));
        whole.getOutputList().forEach(output -> choice.addOutput(output.getName()));
        ValueInfoProto condition = ValueInfoProto.newBuilder()
                .setName("use_cache_branch")
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.BOOL.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(1)))))
                .build();
        GraphProto graph = whole.toBuilder()
                .clearNode()
                .addNode(choice)
                .addInput(condition)
                .build();
        return model.toBuilder().setGraph(graph).build().toByteArray();
    }

    private static AttributeProto attribute(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    private Path file() throws IOException {
        return Files.write(directory.resolve("decoder_model_merged.onnx"), merged());
    }

    @Test
    void isRefusedWithTheCommandThatSelectsItsBranch() throws Exception {
        try (OnnxModel model = OnnxModel.load(file())) {
            assertThat(model.undecidedIfs()).hasSize(1);
            assertThatThrownBy(() -> GenerationSession.open(model, GenerationOptions.DEFAULTS))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("'use_cache_branch: bool[1]' is a switch")
                    .hasMessageContaining("split MODEL --set use_cache_branch=true");
        }
    }

    @Test
    void withItsBranchItGeneratesTheTokensOfThePlainDecoder() throws Exception {
        List<Long> expected;
        try (OnnxModel plain = OnnxModel.load(ExportedDecoder.bytes(STYLE, LAYERS), "decoder");
                GenerationSession session = GenerationSession.open(plain, GenerationOptions.DEFAULTS)) {
            expected = session.generate(PROMPT, SAMPLING).tokens();
        }
        Path parts = directory.resolve("parts");
        try (OnnxModel model =
                OnnxModel.load(file(), ReadOptions.DEFAULTS.withInputValues(Map.of("use_cache_branch", "true")))) {
            Partition partition = Partitioner.balanced(3, OperatorCosts.count())
                    .partition(model.cuts(model.costs(model.shapes()).cutOptions()));
            SubmodelExporter.export(model, partition, parts);
        }
        try (GenerationSession session = GenerationSession.open(parts)) {
            assertThat(session.generate(PROMPT, SAMPLING).tokens()).isEqualTo(expected);
            assertThat(session.metrics()).hasSize(3);
        }
    }
}
