package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The operators of a main graph or of a function, including all bodies in them. */
final class CallableBody {
    /** This number of names of an operator takes as long as the operator itself. */
    private static final double NAMES = 4;

    private final List<Body> bodies = new ArrayList<>();
    private final List<String> inputs;
    private final boolean main;
    private final double bytes;

    /** Operators of one graph, how often ONNX Runtime visits them, and the number of bodies around them. */
    private record Body(List<NodeProto> nodes, double looks, int depth) {}

    private CallableBody(List<NodeProto> nodes, List<String> inputs, boolean main) {
        this.inputs = inputs;
        this.main = main;
        collect(nodes);
        bytes = main ? 0 : bytesOf(nodes);
    }

    static CallableBody of(GraphProto graph) {
        Set<String> names = new HashSet<>();
        List<String> inputs = new ArrayList<>();
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(names::add)
                .forEach(inputs::add);
        return new CallableBody(graph.getNodeList(), inputs, true);
    }

    static CallableBody of(FunctionProto function) {
        return new CallableBody(function.getNodeList(), function.getInputList(), false);
    }

    /** Collects all bodies, without recursion. */
    private void collect(List<NodeProto> nodes) {
        bodies.add(new Body(nodes, 1, 0));
        for (int i = 0; i < bodies.size(); i++) {
            Body around = bodies.get(i);
            double looks = 2 * around.looks;
            for (NodeProto node : around.nodes) {
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        bodies.add(new Body(attribute.getG().getNodeList(), looks, around.depth + 1));
                    }
                    attribute
                            .getGraphsList()
                            .forEach(body -> bodies.add(new Body(body.getNodeList(), looks, around.depth + 1)));
                }
            }
        }
    }

    /** Returns the bytes of operators and their tensors, whether these are in the message or not. */
    private static double bytesOf(List<NodeProto> nodes) {
        double bytes = 0;
        for (NodeProto node : nodes) {
            bytes += node.getSerializedSize();
            for (AttributeProto attribute : node.getAttributeList()) {
                bytes += attribute.hasT() ? bytesOf(attribute.getT()) : 0;
            }
        }
        return bytes;
    }

    private static double bytesOf(TensorProto tensor) {
        double elements = 1;
        for (long dim : tensor.getDimsList()) {
            elements *= Math.max(0, dim);
        }
        return elements
                * ElementType.ofCode(tensor.getDataType())
                        .map(ElementType::bits)
                        .orElse(0)
                / Byte.SIZE;
    }

    /** Returns all operators. */
    Iterable<NodeProto> nodes() {
        return () -> bodies.stream().flatMap(body -> body.nodes.stream()).iterator();
    }

    /** Returns the number of operators, without those of called functions. */
    double operators() {
        return bodies.stream().mapToDouble(body -> body.nodes.size()).sum();
    }

    /** Returns the visits of all operators if each were visited once. */
    double written() {
        double looks = 0;
        for (Body body : bodies) {
            for (NodeProto node : body.nodes) {
                looks += weight(node);
            }
        }
        return looks;
    }

    /** Returns the bytes that a call copies. */
    double bytes() {
        return bytes;
    }

    private static double weight(NodeProto node) {
        return 1 + (node.getInputCount() + node.getOutputCount()) / NAMES;
    }

    /**
     * Returns the size after replacing all calls.
     *
     * @param sizes the size of a function; null if the operator calls none
     */
    ExpandedSize size(Function<FunctionId, @Nullable ExpandedSize> sizes) {
        Sum sum = new Sum(sizes);
        bodies.forEach(sum::add);
        return sum.result();
    }

    /** A sum of sizes. */
    private final class Sum {
        private final Function<FunctionId, @Nullable ExpandedSize> sizes;
        private final Map<String, Double> readersOfInputs = new HashMap<>();
        private double operators;
        private double looks;
        private double calls;
        private int levels;
        private double copied = bytes;
        private double readers;

        Sum(Function<FunctionId, @Nullable ExpandedSize> sizes) {
            this.sizes = sizes;
            inputs.forEach(name -> readersOfInputs.put(name, 0.0));
        }

        void add(Body body) {
            levels = Math.max(levels, body.depth);
            Map<String, Double> readersOf = new HashMap<>();
            for (NodeProto node : body.nodes) {
                operators++;
                looks += body.looks * weight(node);
                ExpandedSize called = sizes.apply(FunctionId.of(node));
                if (called != null) {
                    call(called, body);
                }
                read(node, called, readersOf);
            }
            readersOf.remove("");
            for (NodeProto node : body.nodes) {
                if (!node.getOpType().equals("Constant")) {
                    node.getOutputList().forEach(name -> square(readersOf.remove(name)));
                }
            }
            readersOf.forEach((name, count) -> readersOfInputs.computeIfPresent(name, (n, sum) -> sum + count));
        }

        private void call(ExpandedSize called, Body body) {
            operators += called.operators();
            looks += body.looks * (called.looks() + called.operators());
            calls += 1 + called.calls();
            levels = Math.max(levels, body.depth + 1 + called.levels());
            copied += called.copiedBytes();
            readers += called.readers();
        }

        /** Counts the reads of an operator: each tensor once, or as often as the called function reads it. */
        private void read(NodeProto node, @Nullable ExpandedSize called, Map<String, Double> readersOf) {
            if (called == null) {
                Set<String> names = node.getInputCount() > 1 ? new HashSet<>(node.getInputList()) : Set.of();
                (names.isEmpty() ? node.getInputList() : names)
                        .forEach(name -> readersOf.merge(name, 1.0, Double::sum));
                return;
            }
            for (int i = 0; i < node.getInputCount(); i++) {
                double times =
                        i < called.inputReaders().size() ? called.inputReaders().get(i) : 1;
                readersOf.merge(node.getInput(i), times, Double::sum);
            }
        }

        private void square(@Nullable Double count) {
            readers += count == null ? 0 : count * count;
        }

        ExpandedSize result() {
            List<Double> inputReaders = inputs.stream()
                    .map(name -> readersOfInputs.getOrDefault(name, 0.0))
                    .toList();
            if (main) {
                readersOfInputs.values().forEach(this::square);
            }
            return new ExpandedSize(operators, looks, calls, levels, copied, readers, inputReaders);
        }
    }
}
