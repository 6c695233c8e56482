package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.Wiring;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of a deployment, and the tensors between them. Immutable. */
final class FlowModel {
    private final PartitionManifest manifest;
    private final Wiring wiring;
    private final List<TensorInfo> described = new ArrayList<>();
    private final Map<Key, Integer> numbers = new HashMap<>();

    private record Key(int maker, String name) {}

    /**
     * Connects the parts of a manifest.
     *
     * @param manifest the manifest
     * @throws IllegalArgumentException if its parts do not fit together, or something other than a tensor travels
     */
    FlowModel(PartitionManifest manifest) {
        this.manifest = manifest;
        try {
            this.wiring = new Wiring(
                    manifest.parts().stream()
                            .map(part -> new Wiring.Part(part.file(), names(part.inputs()), names(part.outputs())))
                            .toList(),
                    names(manifest.inputs()),
                    names(manifest.outputs()));
        } catch (CannotRunException wrong) {
            throw new IllegalArgumentException(manifest.modelName() + ": " + wrong.getMessage(), wrong);
        }
        Map<Key, TensorInfo> infos = new HashMap<>();
        manifest.inputs().forEach(input -> infos.put(new Key(Wiring.GIVEN, input.name()), input));
        for (int part = 0; part < manifest.parts().size(); part++) {
            for (TensorInfo output : manifest.parts().get(part).outputs()) {
                infos.put(new Key(part, output.name()), output);
            }
        }
        for (int tensor = 0; tensor < wiring.tensors(); tensor++) {
            Key key = new Key(wiring.maker(tensor), wiring.tensor(tensor));
            TensorInfo info =
                    infos.getOrDefault(key, new TensorInfo(wiring.tensor(tensor), Optional.empty(), Optional.empty()));
            checkTravels(info);
            described.add(info);
            numbers.put(key, tensor);
        }
    }

    private void checkTravels(TensorInfo info) {
        if (info.type().isPresent() && ElementType.named(info.type().get()).isEmpty()) {
            throw new IllegalArgumentException(manifest.modelName() + ": '" + info.name() + "' is "
                    + info.type().get() + "; only tensors travel between nodes. Cut the model elsewhere");
        }
    }

    private static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }

    PartitionManifest manifest() {
        return manifest;
    }

    Wiring wiring() {
        return wiring;
    }

    int parts() {
        return wiring.parts().size();
    }

    /** Returns the name of a part in messages. */
    String name(int part) {
        return wiring.parts().get(part).name();
    }

    /** Returns the number of the tensor that a part makes by this name; -1 if it makes none. */
    int tensor(int maker, String name) {
        return numbers.getOrDefault(new Key(maker, name), -1);
    }

    /** Returns whether a tensor that arrives has the type of the given one. */
    boolean hasType(int tensor, FlowTensor arriving) {
        return described
                .get(tensor)
                .type()
                .flatMap(ElementType::named)
                .map(type -> type.code() == arriving.getType())
                .orElse(true);
    }

    /** Returns why a tensor that arrives is not the given one. */
    Optional<String> fault(int tensor, FlowTensor arriving) {
        TensorInfo info = described.get(tensor);
        if (!hasType(tensor, arriving)) {
            return Optional.of("tensor '" + info.name() + "' has type "
                    + ElementType.ofCode(arriving.getType())
                            .map(ElementType::onnxName)
                            .orElse("?") + ", not that of "
                    + info);
        }
        List<Dimension> shape = info.shape().orElse(List.of());
        boolean fits = info.shape().isEmpty() || shape.size() == arriving.getDimsCount();
        for (int i = 0; fits && i < shape.size(); i++) {
            long size = arriving.getDims(i);
            fits = shape.get(i).size().isEmpty() || shape.get(i).size().getAsLong() == size;
        }
        return fits
                ? Optional.empty()
                : Optional.of(
                        "tensor '" + info.name() + "' has shape " + arriving.getDimsList() + ", not that of " + info);
    }
}
