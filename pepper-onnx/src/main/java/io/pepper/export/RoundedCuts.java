package io.pepper.export;

import io.pepper.export.internal.PartModel;
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
 * Verifies parts between which 16-bit floating point travels, where whole and parts differ: ONNX Runtime may compute with
 * more bits within the whole than the model has, and then only parts round as the model says. The whole is run again with
 * the numbers rounded for those that read them across a cut; then the outputs must be identical.
 */
final class RoundedCuts {
    private static final Set<String> NARROW = Set.of("float16", "bfloat16");
    private static final String WHY =
            "whole and parts differ only because ONNX Runtime keeps 16-bit floating point in more "
                    + "bits within the whole model; with the tensors at the cuts rounded as the model says, they are identical";

    private final PartitionManifest manifest;
    private final PartFiles files;
    private final Set<String> given;

    /**
     * Prepares.
     *
     * @param manifest what the parts are
     * @param files their files, which were checked
     */
    RoundedCuts(PartitionManifest manifest, PartFiles files) {
        this.manifest = manifest;
        this.files = files;
        this.given = manifest.parts().stream()
                .flatMap(part -> part.outputs().stream())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
    }

    /** Whether one part gives a tensor of 16-bit floating point that another takes. */
    boolean areThere() {
        return manifest.parts().stream().anyMatch(part -> !tensors(part).isEmpty());
    }

    /** The tensors of 16-bit floating point that a part takes from others. */
    private Set<String> tensors(PartitionManifest.Part part) {
        return part.inputs().stream()
                .filter(tensor -> given.contains(tensor.name()))
                .filter(tensor -> tensor.type().filter(NARROW::contains).isPresent())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
    }

    /**
     * What was found before, passed if the whole is identical to the parts once it rounds.
     *
     * @param model the whole, with its inputs set as they were when it was divided
     * @param contents what the whole is a variant of
     * @param parts the parts
     * @param options how to verify, without values of the inputs that are set
     * @param before what was found
     */
    Verification verify(
            ModelProto model,
            ModelContents contents,
            List<PartModel> parts,
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
