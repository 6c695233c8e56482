package io.pepper.export;

import io.pepper.export.internal.ChainPart;
import io.pepper.export.internal.RoundedModel;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.WholeModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The verification of parts that exchange 16-bit floating-point tensors, if whole and parts differ. Within the whole
 * model, ONNX Runtime may compute with more bits than the model states; only between parts are the values rounded as
 * stated. So the whole model runs again with these tensors rounded for their readers across a cut. Its outputs must
 * then be identical.
 */
final class RoundedCuts {
    private static final Set<String> NARROW = Set.of("float16", "bfloat16");
    private static final String WHY =
            "whole and parts differ only because ONNX Runtime keeps 16-bit floating point in more "
                    + "bits within the whole model; with the tensors at the cuts rounded as the model states, they are identical";

    private final PartitionManifest manifest;
    private final PartFiles files;
    private final Set<String> given;

    /**
     * Creates the verification.
     *
     * @param manifest the manifest of the parts
     * @param files the files of the parts, already checked
     */
    RoundedCuts(PartitionManifest manifest, PartFiles files) {
        this.manifest = manifest;
        this.files = files;
        this.given = manifest.parts().stream()
                .flatMap(part -> part.outputs().stream())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
    }

    /** Returns whether a 16-bit floating-point tensor passes from one part to another. */
    boolean areThere() {
        return manifest.parts().stream().anyMatch(part -> !tensors(part).isEmpty());
    }

    /** Returns the 16-bit floating-point tensors that a part reads from other parts. */
    private Set<String> tensors(PartitionManifest.Part part) {
        return part.inputs().stream()
                .filter(tensor -> given.contains(tensor.name()))
                .filter(tensor -> tensor.type().filter(NARROW::contains).isPresent())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
    }

    /**
     * Returns the earlier result, passed if the rounded whole model is identical to the parts.
     *
     * @param model the whole model, with its inputs set as they were when it was divided
     * @param contents the original of the whole model
     * @param parts the parts
     * @param options the options of the verification, without values of the inputs that are set
     * @param before the earlier result
     */
    Verification verify(
            ModelProto model,
            ModelContents contents,
            List<ChainPart> parts,
            VerificationOptions options,
            Verification before)
            throws IOException {
        List<RoundedModel.Reader> readers = new ArrayList<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            Set<String> tensors = tensors(part);
            if (!tensors.isEmpty()) {
                readers.add(RoundedModel.Reader.of(files.skeleton(part), tensors));
            }
        }
        ModelProto rounded = RoundedModel.of(model, readers);
        WholeModel whole = new WholeModel(contents.runtimeSource(rounded), model);
        Verification after = VerificationRun.run(whole, parts, options, ProgressListener.NONE);
        boolean explained = after.outputs().stream().allMatch(output -> output.identical() || !output.comparable());
        return explained ? before.passedBecause(WHY) : before;
    }
}
