package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The number of occurrences of names in a graph and its bodies. */
final class NameCounts {
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Integer> lastNumbers = new HashMap<>();

    /** Adds or subtracts all names of a graph and its bodies. */
    void add(GraphProto graph, int times) {
        Deque<GraphProto> open = new ArrayDeque<>();
        open.push(graph);
        while (!open.isEmpty()) {
            GraphProto body = open.pop();
            body.getInputList().forEach(value -> count(value.getName(), times));
            body.getOutputList().forEach(value -> count(value.getName(), times));
            body.getInitializerList().forEach(tensor -> count(tensor.getName(), times));
            body.getSparseInitializerList()
                    .forEach(tensor -> count(tensor.getValues().getName(), times));
            for (NodeProto node : body.getNodeList()) {
                node.getInputList().forEach(name -> count(name, times));
                node.getOutputList().forEach(name -> count(name, times));
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        open.push(attribute.getG());
                    }
                    attribute.getGraphsList().forEach(open::push);
                }
            }
        }
    }

    private void count(String name, int times) {
        counts.merge(name, times, Integer::sum);
    }

    /** Returns the name itself if it is unused, else the name with a number; reserves it. */
    String free(String name) {
        String found = name;
        int number = lastNumbers.getOrDefault(name, 0);
        while (counts.getOrDefault(found, 0) > 0) {
            number++;
            found = name + "_" + number;
        }
        lastNumbers.put(name, number);
        count(found, 1);
        return found;
    }
}
