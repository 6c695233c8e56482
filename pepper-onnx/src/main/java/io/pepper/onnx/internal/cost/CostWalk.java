package io.pepper.onnx.internal.cost;

import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.FunctionCalls;
import io.pepper.onnx.internal.model.SmallIntegers;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.shape.Scope;
import io.pepper.workload.KernelFamily;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sum of the work of operators, including their bodies and the functions that they call. An If counts the branch
 * with more work. A Loop or Scan counts its body times the number of iterations, if that is known. Scopes bound the
 * depth.
 */
public final class CostWalk {
    private static final Set<String> PICKS =
            Set.of("Gather", "GatherElements", "GatherND", "GatherBlockQuantized", "Slice");

    private final FunctionCalls functions;
    private final GraphProto graph;
    private final List<Scope> scopes;
    private final ModelProto model;

    /** The tallies of function calls. Equal calls share one scope, so that their work is added up once. */
    private final IdentityHashMap<Scope, Tally> calls;

    /** Collected when an operator asks first. */
    private @Nullable SmallIntegers integers;

    /**
     * Creates a walk over the main graph of a model.
     *
     * @param model the model
     * @param scope the known types of its tensors
     */
    public CostWalk(ModelProto model, Scope scope) {
        this(model, model.getGraph(), List.of(scope), new IdentityHashMap<>());
    }

    private CostWalk(ModelProto model, GraphProto graph, List<Scope> scopes, IdentityHashMap<Scope, Tally> calls) {
        this.model = model;
        this.calls = calls;
        this.graph = graph;
        this.scopes = scopes;
        functions = new FunctionCalls(model);
    }

    /**
     * Returns a domain with one spelling of ONNX's own.
     *
     * @param written the domain as a model spells it
     * @return empty for ONNX's own
     */
    public static String domain(String written) {
        return written.equals("ai.onnx") ? "" : written;
    }

    /**
     * Returns an operator's type, with its domain unless that is ONNX's own.
     *
     * @param node the operator
     * @return for instance {@code com.microsoft.Attention}
     */
    public static String typeOf(NodeProto node) {
        String domain = domain(node.getDomain());
        return domain.isEmpty() ? node.getOpType() : domain + "." + node.getOpType();
    }

    /**
     * Returns the work of one operator.
     *
     * @param place its index in the graph
     * @return the known work
     */
    public Tally tally(int place) {
        NodeProto node = graph.getNode(place);
        Tally tally = new Tally();
        Optional<ModelProto> function = functions.body(node);
        boolean holds = node.getAttributeList().stream().anyMatch(AttributeProto::hasG);
        if (function.isPresent()) {
            addCall(place, function.get(), tally);
        } else if (holds) {
            addBodies(place, node, tally);
        } else {
            tally.add(OperatorFormulas.estimate(call(node)), typeOf(node));
        }
        return tally;
    }

    /**
     * Returns the family of one operator.
     *
     * @param place its index in the graph
     * @return its family
     */
    public KernelFamily family(int place) {
        return OperatorFormulas.family(call(graph.getNode(place)));
    }

    /**
     * Returns the shape of one operator's arithmetic.
     *
     * @param place its index in the graph
     * @return the known shape
     */
    public KernelShape shape(int place) {
        return KernelShape.of(call(graph.getNode(place)), this::integers);
    }

    private Optional<long[]> integers(String tensor) {
        if (integers == null) {
            integers = new SmallIntegers(graph);
        }
        return integers.find(tensor);
    }

    /**
     * Returns whether one operator picks elements of a table, so that it reads as many bytes as it produces.
     *
     * @param place its index in the graph
     * @return true if it does
     */
    public boolean isPick(int place) {
        return PICKS.contains(graph.getNode(place).getOpType());
    }

    /**
     * Returns the bytes of the constants that one operator reads as a whole.
     *
     * @param place its index in the graph
     * @param isConstant whether a tensor is constant
     * @return bytes; NaN if a size is unknown
     */
    public double constantBytes(int place, Predicate<String> isConstant) {
        NodeProto node = graph.getNode(place);
        boolean whole = !FormulaTable.VIEWS.contains(node.getOpType()) && !PICKS.contains(node.getOpType());
        return whole ? bytes(node.getInputList().stream().filter(isConstant).toList()) : 0;
    }

    private double bytes(List<String> names) {
        double sum = 0;
        for (Optional<TensorInfo> info : infos(names)) {
            if (info.isPresent()) {
                OptionalLong bytes = info.get().bytes();
                sum += bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
            }
        }
        return sum;
    }

    /**
     * Returns the sizes of a tensor.
     *
     * @param name its name
     * @return a number for each dimension, -1 for unknown ones; null if the rank is unknown
     */
    public long @Nullable [] sizes(String name) {
        Optional<List<Dimension>> shape =
                type(name).map(type -> ValueTypes.info(name, type)).flatMap(TensorInfo::shape);
        return shape.map(sizes ->
                        sizes.stream().mapToLong(size -> size.size().orElse(-1)).toArray())
                .orElse(null);
    }

    /**
     * Returns whether a tensor has elements of type float.
     *
     * @param name its name
     * @return true if it is known to
     */
    public boolean isFloat(String name) {
        return type(name)
                .map(type -> type.getTensorType().getElemType() == TensorProto.DataType.FLOAT_VALUE)
                .orElse(false);
    }

    private OperatorCall call(NodeProto node) {
        return new OperatorCall(node, infos(node.getInputList()), infos(node.getOutputList()));
    }

    private List<Optional<TensorInfo>> infos(List<String> names) {
        List<Optional<TensorInfo>> infos = new ArrayList<>(names.size());
        for (String name : names) {
            infos.add(name.isEmpty() ? Optional.empty() : type(name).map(type -> ValueTypes.info(name, type)));
        }
        return infos;
    }

    /** Searches the scopes from the innermost outwards. */
    private Optional<TypeProto> type(String name) {
        for (int depth = scopes.size() - 1; depth >= 0; depth--) {
            TypeProto type = scopes.get(depth).types().get(name);
            if (type != null) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private Scope scope() {
        return scopes.get(scopes.size() - 1);
    }

    private void addCall(int place, ModelProto function, Tally tally) {
        Scope inner = scope().inner().get(Scope.key(place, Scope.CALL));
        if (inner == null) {
            tally.add(new Estimate.NotCovered(), typeOf(graph.getNode(place)));
        } else {
            Tally called = calls.get(inner);
            if (called == null) {
                called = new CostWalk(function, function.getGraph(), List.of(inner), calls).all();
                calls.put(inner, called);
            }
            tally.add(called);
        }
    }

    private Tally all() {
        Tally all = new Tally();
        for (int place = 0; place < graph.getNodeCount(); place++) {
            all.add(tally(place));
        }
        return all;
    }

    private void addBodies(int place, NodeProto node, Tally tally) {
        Tally most = new Tally();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                Scope inner = scope().inner().get(Scope.key(place, attribute.getName()));
                if (inner == null) {
                    tally.add(new Estimate.NotCovered(), typeOf(node));
                    return;
                }
                Tally body = body(attribute.getG(), inner);
                tally.addUnknown(body);
                if (inner.runs().isEmpty()) {
                    tally.addRunsMissing("'" + node.getName() + "' (" + typeOf(node) + ")");
                }
                Tally run = new Tally();
                run.add(body, inner.runs().orElse(0L));
                most = run.work().flops() > most.work().flops() ? run : most;
            }
        }
        tally.add(new Estimate.Known(most.work()), typeOf(node));
    }

    private Tally body(GraphProto body, Scope inner) {
        List<Scope> around = new ArrayList<>(scopes);
        around.add(inner);
        return new CostWalk(model, body, around, calls).all();
    }
}
