package io.pepper.export;

import io.pepper.export.internal.ChainPart;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.OpeningTrial;
import io.pepper.onnx.internal.model.Specialization;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.WholeModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A verifier that the parts of a partition compute the same as the whole model. It runs both through ONNX Runtime on
 * the same inputs and compares the outputs.
 *
 * <p>Inputs are pseudo-random, of the types and shapes that the model requires; integers that select rows are within
 * range. Without graph optimisation, which is the default, outputs must be identical bit by bit. With optimisation,
 * they must agree within a tolerance. (ONNX Runtime may compute 16-bit floating point in more bits within the whole
 * model. If outputs differ and such tensors cross a cut, the whole model runs again with these tensors rounded at the
 * cut. Its outputs must then be identical, and a warning reports this.) If outputs agree but are constant or saturated,
 * further inputs are tried. Evidence that remains weak is reported as such.
 *
 * <p>Use this verifier before a plan runs. {@code io.pepper.session.VerifiedSession} checks some requests of a running
 * plan.
 *
 * <p>Before ONNX Runtime, which is native code, opens a file, the verifier reads the file like {@link OnnxModel}: it
 * refuses malformed models and references to data outside of the directory. {@link VerificationOptions#onlyUnchanged}
 * refuses more. Verify untrusted models in a child process, with {@link VerificationOptions#withIsolation(Isolation)},
 * because a model can crash ONNX Runtime.
 *
 * <p>Takes a few runs of the model, and the memory of the model and of all parts. To cancel, interrupt the thread.
 * Stateless and therefore thread-safe. Deterministic for the same model, parts and options.
 */
public final class SplitVerifier {
    private SplitVerifier() {}

    /**
     * Verifies parts with the default options.
     *
     * @param model the whole model
     * @param directory the parts with their {@code partition.json}
     * @return the result
     * @throws io.pepper.document.InvalidFileException if the manifest is invalid
     * @throws io.pepper.model.MalformedModelException if a part is not a model
     * @throws UnsupportedModelException if no inputs are found on which the whole model runs, or a tensor that crosses
     *     a cut cannot be passed between parts
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or exceeds a limit in a child process
     *     ({@link io.pepper.model.Isolation})
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a file cannot be read, or ONNX Runtime refuses it
     */
    public static Verification verify(OnnxModel model, Path directory) throws IOException {
        return verify(model, directory, VerificationOptions.DEFAULTS, ProgressListener.NONE);
    }

    /**
     * Verifies parts.
     *
     * @param model the whole model
     * @param directory the parts with their {@code partition.json}
     * @param options the options of the verification
     * @param progress receives each step
     * @return the result
     * @throws IllegalArgumentException if the options name an input or dimension that the model does not have
     * @throws io.pepper.document.InvalidFileException if the manifest is invalid
     * @throws io.pepper.model.MalformedModelException if the manifest sets inputs to impossible values, a part is not a model, or a part differs from the manifest and only unchanged files may run
     * @throws UnsupportedModelException if no inputs are found on which the whole model runs, or a tensor that crosses
     *     a cut cannot be passed between parts
     * @throws io.pepper.model.IsolatedRunException if ONNX Runtime crashes or exceeds a limit in a child process
     *     ({@link io.pepper.model.Isolation})
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if a file cannot be read, or ONNX Runtime refuses it
     */
    public static Verification verify(
            OnnxModel model, Path directory, VerificationOptions options, ProgressListener progress)
            throws IOException {
        PartitionManifest manifest =
                PartitionManifest.read(directory, Contents.of(model).options());
        refuseOptional(model, manifest);
        List<String> warnings = new ArrayList<>();
        Map<String, String> values = SetInputs.of(directory, manifest, Contents.of(model));
        VerificationOptions bounded =
                options.withIsolation(options.isolation().or(Contents.of(model).options()::isolation));
        VerificationOptions used = SetInputs.given(Contents.of(model), values, bounded);
        Optional<OptimizationLevel> here =
                used.isolation().isPresent() ? Optional.empty() : Optional.of(used.optimization());
        if (here.isPresent()) {
            refuseFatal(model, here.get());
        }
        PartFiles files = new PartFiles(
                directory,
                here,
                options.onlyUnchanged(),
                Contents.of(model).options().withInputValues(Map.of()),
                warnings);
        files.check(model.name(), manifest.modelSha256(), model.sha256());
        List<ChainPart> parts = new ArrayList<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            parts.add(new ChainPart(files.checked(part), names(part.inputs()), names(part.outputs())));
        }
        WholeModel whole = whole(Contents.of(model), values.keySet());
        Verification found = VerificationRun.run(whole, parts, used, progress);
        RoundedCuts narrow = new RoundedCuts(manifest, files);
        if (found.differs() && narrow.areThere()) {
            ModelProto set = Specialization.of(
                    Contents.of(model).source().name(), Contents.of(model).original(), values);
            found = narrow.verify(set, Contents.of(model), parts, bounded, found);
        }
        return found.withWarnings(warnings);
    }

    /**
     * Returns the whole model as its file. If inputs with a default value are set to others, the result lacks these
     * defaults, which ONNX Runtime's Java interface cannot override.
     */
    private static WholeModel whole(ModelContents contents, Set<String> set) throws IOException {
        Optional<ModelProto> variant = Specialization.withoutDefaults(contents.original(), set);
        return variant.isPresent()
                ? new WholeModel(contents.runtimeSource(variant.get()), variant.get())
                : new WholeModel(contents.runtimeSource(), contents.original());
    }

    private static void refuseFatal(OnnxModel model, OptimizationLevel optimization) throws IOException {
        Optional<String> refusal = OpeningTrial.refusal(Contents.of(model), optimization);
        if (refusal.isPresent()) {
            throw new UnsupportedModelException(Contents.of(model).source().name(), "verification", refusal.get());
        }
    }

    private static void refuseOptional(OnnxModel model, PartitionManifest manifest) throws UnsupportedModelException {
        List<TensorInfo> values = new ArrayList<>(model.inputs());
        values.addAll(model.outputs());
        manifest.parts().forEach(part -> values.addAll(part.outputs()));
        for (TensorInfo value : values) {
            Optional<String> refusal = Sessions.refusal(value);
            if (refusal.isPresent()) {
                throw new UnsupportedModelException(
                        Contents.of(model).source().name(), "'" + value.name() + "'", refusal.get());
            }
        }
    }

    private static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }
}
