package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * All models of the catalogue. The factories of single ones stand in the classes of their families; each model is called
 * like its factory. Every model runs in ONNX Runtime on {@link TestInputs}.
 */
public final class Topologies {
    private static final int CHAIN_WIDTH = 16;
    private static final int MAX_LAYER_WIDTH = 2048;

    private Topologies() {}

    /** Every model, made anew, in a fixed order. */
    public static List<TestModel> all() {
        return factories().map(Supplier::get).toList();
    }

    /** The model of this name, made anew. */
    public static TestModel get(String name) {
        return factories()
                .map(Supplier::get)
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no test model is called " + name));
    }

    /** A chain of so many operators without weights; all their tensors but the last are cuts. */
    public static TestModel chain(int operators) {
        List<String> tensors = new ArrayList<>();
        ModelBuilder chain = model("chain" + operators).input("x", FLOAT, 1, CHAIN_WIDTH);
        String last = "x";
        for (int i = 0; i < operators; i++) {
            String next = "t" + i;
            chain.let(next, i % 2 == 0 ? "Neg" : "Abs", last);
            tensors.add(next);
            last = next;
        }
        return chain.output(last, FLOAT, 1, CHAIN_WIDTH).expecting(tensors.subList(0, Math.max(0, operators - 1)));
    }

    /**
     * A chain of layers MatMul, Relu with about so many bytes of weights, at least 1 KiB. Up to 2048x2048 floats, 16 MiB,
     * a layer; a message cannot hold more than 2 GiB.
     */
    public static TestModel weights(long bytes) {
        int width = CHAIN_WIDTH;
        while (width < MAX_LAYER_WIDTH && 16L * width * width * Float.BYTES < bytes) {
            width *= 2;
        }
        long layers = Math.max(1, Math.round((double) bytes / ((long) width * width * Float.BYTES)));
        List<String> cuts = new ArrayList<>();
        ModelBuilder model = model("weights" + bytes).input("x", FLOAT, "batch", width);
        String last = "x";
        for (int i = 0; i < layers; i++) {
            model.linear("h" + i, last, width, width).let("r" + i, "Relu", "h" + i);
            cuts.addAll(List.of("h" + i, "r" + i));
            last = "r" + i;
        }
        cuts.remove(last);
        return model.output(last, FLOAT, "batch", width).expecting(cuts);
    }

    private static Stream<Supplier<TestModel>> factories() {
        List<Supplier<TestModel>> sized = List.of(() -> chain(1000), () -> weights(300_000));
        return Stream.of(
                        VisionTopologies.all(),
                        ConstantTopologies.all(),
                        TransformerTopologies.all(),
                        BodyTopologies.all(),
                        BoundaryTopologies.all(),
                        OperatorTopologies.all(),
                        NameTopologies.all(),
                        TypeTopologies.all(),
                        sized)
                .flatMap(List::stream);
    }
}
