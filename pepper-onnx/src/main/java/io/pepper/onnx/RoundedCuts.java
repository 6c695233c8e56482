package io.pepper.onnx;

import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.onnx.internal.verify.PartModel;
import io.pepper.onnx.internal.verify.RoundedModel;
import io.pepper.onnx.internal.verify.VerificationRun;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Verifies parts between which 16-bit floating point travels, where whole and parts differ: ONNX Runtime may compute with
 * more bits within the whole than the model has, and then only parts round as the model says. The whole is run again with
 * the numbers rounded at the cuts; then the outputs must be identical.
 */
final class RoundedCuts {
    private static final Set<String> NARROW = Set.of("float16", "bfloat16");
    private static final String WHY =
            "whole and parts differ only because ONNX Runtime keeps 16-bit floating point in more "
                    + "bits within the whole model; with the tensors at the cuts rounded as the model says, they are identical";

    private RoundedCuts() {}

    /** The tensors that one part gives and another takes, and that are of 16-bit floating point. */
    static Set<String> tensors(PartitionManifest manifest) {
        Set<String> given = manifest.parts().stream()
                .flatMap(part -> part.outputs().stream())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
        return manifest.parts().stream()
                .flatMap(part -> part.inputs().stream())
                .filter(tensor -> given.contains(tensor.name()))
                .filter(tensor -> tensor.type().filter(NARROW::contains).isPresent())
                .map(TensorInfo::name)
                .collect(Collectors.toSet());
    }

    /** What was found before, passed if the whole is identical to the parts once it rounds. */
    static Verification verify(
            ModelContents contents,
            Set<String> tensors,
            List<PartModel> parts,
            VerificationOptions options,
            Verification before)
            throws IOException {
        ModelProto rounded = RoundedModel.of(contents.graph().model(), tensors);
        WholeModel whole =
                new WholeModel(contents.runtimeSource(rounded), contents.graph().model());
        Verification after = VerificationRun.run(whole, parts, options, ProgressListener.NONE);
        return after.identical() ? before.passedBecause(WHY) : before;
    }
}
