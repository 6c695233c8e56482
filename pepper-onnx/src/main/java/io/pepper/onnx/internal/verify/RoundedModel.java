package io.pepper.onnx.internal.verify;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A variant of a model that means the same: chosen tensors pass through an Identity operator, and are outputs too.
 *
 * <p>ONNX Runtime computes 16-bit floating point in 32 bits where it has no 16-bit kernel, as on most CPUs, and hands the
 * wider numbers on within a model, also without optimisation. Between parts they are rounded, as the model says. Identity
 * works on 16 bits, so that they are rounded there within the variant too; they are outputs of the variant, without which
 * ONNX Runtime would let Identity work on 32 bits among its neighbours.
 */
public final class RoundedModel {
    private RoundedModel() {}

    /**
     * Makes the variant.
     *
     * @param model the model, with or without its large payloads
     * @param tensors names of tensors that operators of the main graph make
     * @return the variant
     */
    public static ModelProto of(ModelProto model, Set<String> tensors) {
        GraphProto graph = model.getGraph();
        Set<String> taken = new HashSet<>();
        graph.getNodeList().forEach(node -> taken.addAll(node.getOutputList()));
        GraphProto.Builder variant = graph.toBuilder().clearNode();
        for (NodeProto node : graph.getNodeList()) {
            NodeProto.Builder renamed = node.toBuilder();
            List<NodeProto> identities = new ArrayList<>();
            for (int i = 0; i < node.getOutputCount(); i++) {
                String tensor = node.getOutput(i);
                if (tensors.contains(tensor)) {
                    String wide = unused(tensor, taken);
                    renamed.setOutput(i, wide);
                    identities.add(identity(wide, tensor));
                }
            }
            variant.addNode(renamed).addAllNode(identities);
        }
        Set<String> outputs = new HashSet<>();
        graph.getOutputList().forEach(output -> outputs.add(output.getName()));
        tensors.stream()
                .filter(tensor -> !outputs.contains(tensor))
                .sorted()
                .forEach(tensor -> variant.addOutput(ValueInfoProto.newBuilder().setName(tensor)));
        return model.toBuilder().setGraph(variant).build();
    }

    private static NodeProto identity(String from, String to) {
        return NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(from)
                .addOutput(to)
                .build();
    }

    private static String unused(String tensor, Set<String> taken) {
        String name = tensor;
        do {
            name += "_wide";
        } while (!taken.add(name));
        return name;
    }
}
