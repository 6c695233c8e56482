package io.pepper.onnx.internal.model;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The functions of a model, and their calls of each other. */
public final class Functions {
    private final Map<FunctionId, Facts> byId = new LinkedHashMap<>();

    /** The facts on a function, without those on functions that it calls. */
    private record Facts(boolean repeatable, Set<FunctionId> calls, long storedBytes) {}

    private Functions() {}

    static Functions of(ModelProto model, String source, TensorSizes sizes) throws MalformedModelException {
        Functions functions = new Functions();
        Set<FunctionId> ids = new LinkedHashSet<>();
        for (FunctionProto function : model.getFunctionsList()) {
            if (!ids.add(FunctionId.of(function))) {
                throw new MalformedModelException(
                        source, "functions", "'" + FunctionId.of(function) + "' is defined twice");
            }
        }
        for (FunctionProto function : model.getFunctionsList()) {
            functions.byId.put(FunctionId.of(function), facts(function, ids, sizes));
        }
        functions.refuseCycles(source);
        return functions;
    }

    private static Facts facts(FunctionProto function, Collection<FunctionId> ids, TensorSizes sizes)
            throws MalformedModelException {
        boolean repeatable = true;
        long storedBytes = 0;
        Set<FunctionId> calls = new LinkedHashSet<>();
        for (NodeProto node : function.getNodeList()) {
            NodeFacts facts = NodeReader.read(node, ids, sizes);
            repeatable &= !facts.random() && !facts.foreign();
            storedBytes += facts.storedBytes();
            calls.addAll(facts.calls());
        }
        return new Facts(repeatable, calls, storedBytes);
    }

    /** Removes functions without callers repeatedly; the remaining ones call themselves in a cycle. */
    private void refuseCycles(String source) throws MalformedModelException {
        Map<FunctionId, Integer> callers = new HashMap<>();
        byId.values().forEach(facts -> facts.calls.forEach(id -> callers.merge(id, 1, Integer::sum)));
        Deque<FunctionId> free = new ArrayDeque<>(byId.keySet());
        free.removeIf(callers::containsKey);
        int taken = 0;
        while (!free.isEmpty()) {
            taken++;
            for (FunctionId called : facts(free.pop()).calls) {
                if (callers.merge(called, -1, Integer::sum) == 0) {
                    free.push(called);
                }
            }
        }
        if (taken < byId.size()) {
            FunctionId one = byId.keySet().stream()
                    .filter(id -> callers.getOrDefault(id, 0) > 0)
                    .findFirst()
                    .orElseThrow();
            throw new MalformedModelException(
                    source, "functions", "'" + one + "' calls itself, directly or through others");
        }
    }

    private Facts facts(FunctionId id) {
        Facts facts = byId.get(id);
        if (facts == null) {
            throw new IllegalArgumentException("no function '" + id + "' in this model");
        }
        return facts;
    }

    /**
     * Returns everything that calling functions needs.
     *
     * @param called functions of this model
     * @return these functions and all that they call, directly or indirectly, each once
     */
    public Set<FunctionId> closure(Collection<FunctionId> called) {
        Set<FunctionId> found = new LinkedHashSet<>();
        Deque<FunctionId> open = new ArrayDeque<>(called);
        while (!open.isEmpty()) {
            FunctionId id = open.pop();
            if (found.add(id)) {
                facts(id).calls.forEach(open::push);
            }
        }
        return found;
    }

    /** Returns the functions that a function calls directly. */
    Collection<FunctionId> calls(FunctionId id) {
        return facts(id).calls;
    }

    Collection<FunctionId> ids() {
        return byId.keySet();
    }

    long storedBytes(FunctionId id) {
        return facts(id).storedBytes;
    }

    boolean repeatable(Collection<FunctionId> called) {
        return called.isEmpty() || closure(called).stream().allMatch(id -> facts(id).repeatable);
    }
}
