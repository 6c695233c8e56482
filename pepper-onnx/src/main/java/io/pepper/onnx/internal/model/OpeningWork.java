package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The work of ONNX Runtime when it opens a model, estimated beforehand. ONNX Runtime replaces each call of a function
 * by the operators of the function, level by level. For each visit of a body's surroundings, it visits the operators of
 * the body twice. A model of a kilobyte can therefore take hours, or exhaust the memory.
 */
public final class OpeningWork {
    /*
     * Fitted to ONNX Runtime 1.28 on a server of two cores; a unit is about 4 µs:
     * - a look at an operator with its names, once more for each call around it and twice for each body around it;
     * - the square of the number of calls / 1250: 10,000 calls of one Relu take 0.3 s, 40,000 take 5.4 s;
     * - the square of the operators that calls add / 12,000: 1000 calls of 100 operators take 3.5 s;
     * - the square of the readers of one tensor / 160: 10,000 readers take 2.4 s, 20,000 take 12 s.
     * A level of calls takes 3.5 KB of the stack. A thread of 128 KB dies at 40 levels, one of 1 MB at 500.
     */

    /** Maximum nesting depth of calls and bodies; real models have five levels. */
    public static final int MAX_LEVELS = 24;

    /** Units of work that are allowed for any model: about a second. */
    private static final double MAX_UNITS = 1 << 18;

    /**
     * Units of work allowed for each visit that the operators of the file need without calls and bodies, because large
     * models may take longer.
     */
    private static final double MAX_UNITS_EACH = 8;

    /** Bytes that calls may copy in any model. */
    private static final double MAX_COPIED_BYTES = 256 << 20;

    /** Number of copies allowed for the bytes of functions, whatever their size. */
    private static final double MAX_COPIES = 4;

    private static final double CALLS = 1_250;
    private static final double ADDED = 12_000;
    private static final double READERS = 160;

    private final Map<FunctionId, FunctionProto> functions = new HashMap<>();
    private final Map<FunctionId, ExpandedSize> sizes = new HashMap<>();
    private double written;
    private double operators;
    private double functionBytes;

    private OpeningWork(ModelProto model) {
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function));
    }

    /**
     * Returns why ONNX Runtime must not open a model.
     *
     * @param model a model without recursive functions
     * @return the reason; empty if the model can be opened in reasonable time
     */
    public static Optional<String> refusal(ModelProto model) {
        OpeningWork work = new OpeningWork(model);
        return work.refusal(work.ofAll(model)).or(() -> FatalOperators.refusal(model));
    }

    /**
     * Returns the work of opening a model, in units of about 4 microseconds.
     *
     * @param model a model without recursive functions
     * @return the units, 0 or more
     */
    public static double units(ModelProto model) {
        OpeningWork work = new OpeningWork(model);
        ExpandedSize size = work.ofAll(model);
        return size.looks() + work.ofCalls(size) + size.readers() / READERS;
    }

    private Optional<String> refusal(ExpandedSize size) {
        if (size.levels() > MAX_LEVELS) {
            return Optional.of("its functions and bodies are " + size.levels()
                    + " levels deep in one another, and ONNX Runtime, which handles them by recursion, is given at most "
                    + MAX_LEVELS);
        }
        double most = Math.max(MAX_UNITS, MAX_UNITS_EACH * written);
        if (ofCalls(size) > most || (size.calls() > 0 && size.operators() > most)) {
            return Optional.of("its functions expand to " + count(size.operators() - size.calls()) + " operators by "
                    + count(size.calls()) + " calls, too many for ONNX Runtime to open it in reasonable time");
        }
        if (size.copiedBytes() > Math.max(MAX_COPIED_BYTES, MAX_COPIES * functionBytes)) {
            return Optional.of("the calls of its functions copy " + count(size.copiedBytes())
                    + " bytes of constants, too many for ONNX Runtime to open it");
        }
        if (size.readers() / READERS > most) {
            return Optional.of("its tensors are read too often, one of them by up to "
                    + count(Math.sqrt(size.readers())) + " operators: ONNX Runtime cannot open it in reasonable time");
        }
        return size.looks() + ofCalls(size) + size.readers() / READERS <= most ? Optional.empty() : tooDeep(size);
    }

    private static Optional<String> tooDeep(ExpandedSize size) {
        String what = size.calls() > 0 ? "bodies and functions" : "bodies";
        return Optional.of("its " + what + " are too deep in one another: ONNX Runtime would look at operators "
                + count(size.looks()) + " times to open it, twice as often for each level");
    }

    private double ofCalls(ExpandedSize size) {
        double added = Math.max(0, size.operators() - operators);
        return size.calls() * size.calls() / CALLS + added * added / ADDED;
    }

    private static String count(double number) {
        return number < 1e15 ? String.valueOf((long) number) : "more than 10^15";
    }

    /** Computes the sizes of callees before their callers, without recursion. */
    private ExpandedSize ofAll(ModelProto model) {
        CallableBody main = CallableBody.of(model.getGraph());
        Deque<FunctionId> open = new ArrayDeque<>(calls(main));
        Set<FunctionId> entered = new HashSet<>();
        Map<FunctionId, CallableBody> pieces = new HashMap<>();
        while (!open.isEmpty()) {
            FunctionId id = open.pop();
            FunctionProto function = functions.get(id);
            if (function == null || sizes.containsKey(id)) {
                continue;
            }
            if (entered.add(id)) {
                CallableBody piece = CallableBody.of(function);
                pieces.put(id, piece);
                open.push(id);
                calls(piece).stream()
                        .filter(called -> !sizes.containsKey(called))
                        .forEach(open::push);
            } else {
                CallableBody piece = pieces.remove(id);
                if (piece != null) {
                    ExpandedSize size = size(piece);
                    functionBytes += piece.bytes();
                    sizes.put(id, size);
                }
            }
        }
        return size(main);
    }

    /** Returns the functions that operators and their bodies call. */
    private Set<FunctionId> calls(CallableBody piece) {
        Set<FunctionId> calls = new HashSet<>();
        if (!functions.isEmpty()) {
            for (NodeProto node : piece.nodes()) {
                FunctionId id = FunctionId.of(node);
                if (functions.containsKey(id)) {
                    calls.add(id);
                }
            }
        }
        return calls;
    }

    private ExpandedSize size(CallableBody piece) {
        written += piece.written();
        operators += piece.operators();
        return piece.size(functions.isEmpty() ? id -> null : sizes::get);
    }
}
