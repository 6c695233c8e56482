package io.pepper.onnx.internal.model;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A reader of one operator with its bodies (the branches of an If, the body of a Loop or Scan), nested to any depth,
 * without recursion. A body captures a name that it reads and that neither it nor an outer body defines.
 */
final class NodeReader {
    private final Collection<FunctionId> functions;
    private final TensorSizes sizes;

    private final Set<String> captured = new LinkedHashSet<>();
    private final Set<FunctionId> calls = new LinkedHashSet<>();
    private final Deque<Scope> open = new ArrayDeque<>();
    private boolean random;
    private boolean foreign;
    private long storedBytes;

    /** A body and the names that it defines. */
    private record Scope(GraphProto body, Set<String> defined, @Nullable Scope around) {
        static Scope of(GraphProto body, @Nullable Scope around) {
            Set<String> defined = new HashSet<>();
            body.getInputList().forEach(input -> defined.add(input.getName()));
            body.getInitializerList().forEach(initializer -> defined.add(initializer.getName()));
            body.getSparseInitializerList()
                    .forEach(sparse -> defined.add(sparse.getValues().getName()));
            body.getNodeList().forEach(node -> defined.addAll(node.getOutputList()));
            return new Scope(body, defined, around);
        }

        boolean knows(String name) {
            for (Scope scope = this; scope != null; scope = scope.around) {
                if (scope.defined.contains(name)) {
                    return true;
                }
            }
            return false;
        }
    }

    private NodeReader(Collection<FunctionId> functions, TensorSizes sizes) {
        this.functions = functions;
        this.sizes = sizes;
    }

    static NodeFacts read(NodeProto node, Collection<FunctionId> functions, TensorSizes sizes)
            throws MalformedModelException {
        if (functions.isEmpty() && !hasBodies(node)) {
            return plain(node, sizes);
        }
        NodeReader reader = new NodeReader(functions, sizes);
        reader.visit(node, null);
        while (!reader.open.isEmpty()) {
            reader.walk(reader.open.pop());
        }
        List<String> reads = new ArrayList<>(named(node.getInputList()));
        reads.addAll(reader.captured);
        return new NodeFacts(reads, reader.random, reader.foreign, reader.calls, reader.storedBytes);
    }

    private static boolean hasBodies(NodeProto node) {
        for (int i = 0; i < node.getAttributeCount(); i++) {
            AttributeProto attribute = node.getAttribute(i);
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the facts on an operator without bodies, in a model without functions. */
    private static NodeFacts plain(NodeProto node, TensorSizes sizes) throws MalformedModelException {
        long storedBytes = 0;
        for (int i = 0; i < node.getAttributeCount(); i++) {
            storedBytes += sizes.bytes(node.getAttribute(i), node);
        }
        boolean foreign = !Repeatability.isKnownDomain(FunctionId.domain(node.getDomain()));
        return new NodeFacts(named(node.getInputList()), Repeatability.isRandom(node), foreign, Set.of(), storedBytes);
    }

    /** Returns the names in a list that are not empty: the list itself if it has no others. */
    static List<String> named(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                return names.stream().filter(name -> !name.isEmpty()).toList();
            }
        }
        return names;
    }

    private void walk(Scope scope) throws MalformedModelException {
        for (TensorProto initializer : scope.body.getInitializerList()) {
            storedBytes += sizes.bytes(initializer);
        }
        for (SparseTensorProto sparse : scope.body.getSparseInitializerList()) {
            storedBytes += sizes.bytes(sparse);
        }
        for (NodeProto node : scope.body.getNodeList()) {
            node.getInputList().forEach(name -> use(name, scope));
            visit(node, scope);
        }
        scope.body.getOutputList().forEach(output -> use(output.getName(), scope));
    }

    private void use(String name, Scope scope) {
        if (!name.isEmpty() && !scope.knows(name)) {
            captured.add(name);
        }
    }

    private void visit(NodeProto node, @Nullable Scope scope) throws MalformedModelException {
        FunctionId id = FunctionId.of(node);
        if (functions.contains(id)) {
            calls.add(id);
        } else {
            random |= Repeatability.isRandom(node);
            foreign |= !Repeatability.isKnownDomain(id.domain());
        }
        for (AttributeProto attribute : node.getAttributeList()) {
            storedBytes += sizes.bytes(attribute, node);
            if (attribute.hasG()) {
                open.push(Scope.of(attribute.getG(), scope));
            }
            attribute.getGraphsList().forEach(body -> open.push(Scope.of(body, scope)));
        }
    }
}
