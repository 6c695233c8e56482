package io.pepper.generation;

import io.pepper.export.PartitionManifest;
import io.pepper.graph.DataflowGraph;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * The parts of a text generator that keep their caches wherever they run: the basis of a {@link GenerationSession}, also
 * of one whose parts are on other machines. Immutable and therefore thread-safe.
 *
 * <p>Beside its other inputs, such a part reads a tensor {@code pepper.step} of int64: the number of the sequence, the
 * sequence that it branches off from (or -1), the number of tokens before the step, the number of its tokens, whether the
 * logits of all its tokens are wanted (1 or 0), and the numbers of sequences whose caches are no longer needed. A step
 * may be repeated. A part that lacks the caches of earlier tokens fails with {@link
 * io.pepper.session.StageException.Kind#STATE_LOST}.
 */
public final class GenerationParts {
    private final DecoderRoles roles;
    private final PartitionManifest manifest;
    private final PartitionManifest here;

    private GenerationParts(DecoderRoles roles, PartitionManifest all) {
        this.roles = roles;
        this.manifest = roles.visible(all, true);
        this.here = roles.visible(all, false);
    }

    /**
     * Returns the parts of a manifest, without looking into their files. It refuses parts of which one reads a cache that
     * another one continues, even if that part reads the shape alone.
     *
     * @param manifest the manifest of the parts
     * @return the parts
     * @throws UnsupportedModelException if the model is no text generator with caches, or has inputs that do not follow
     *     from its tokens; the message names them
     * @throws IOException if a part cannot be read
     */
    public static GenerationParts of(PartitionManifest manifest) throws IOException {
        return new GenerationParts(DecoderRoles.of(manifest, DecoderRoles.ShapeReaders.NONE), manifest);
    }

    /**
     * Returns the parts of a manifest whose files are elsewhere, and were checked there.
     *
     * @param manifest the manifest of the parts
     * @return the parts
     * @throws UnsupportedModelException if the model is no text generator with caches, or has inputs that do not follow
     *     from its tokens; the message names them
     * @throws IOException if a part cannot be read
     */
    public static GenerationParts ofElsewhere(PartitionManifest manifest) throws IOException {
        return new GenerationParts(DecoderRoles.of(manifest, (part, input) -> true), manifest);
    }

    /**
     * Returns the parts of a directory, some of which may be elsewhere.
     *
     * @param directory the directory
     * @param manifest the manifest of all parts
     * @param here the numbers of the parts whose files are in the directory; only these are checked
     * @param options how to read them
     * @return the parts
     * @throws UnsupportedModelException if the model is no text generator with caches, or has inputs that do not follow
     *     from its tokens, or a part reads a cache that another one continues; the message names them
     * @throws IOException if a part cannot be read
     */
    public static GenerationParts of(Path directory, PartitionManifest manifest, IntPredicate here, ReadOptions options)
            throws IOException {
        return new GenerationParts(
                DecoderRoles.of(
                        manifest,
                        (part, input) -> !here.test(part)
                                || readsShapeAlone(
                                        directory.resolve(
                                                manifest.parts().get(part).file()),
                                        input,
                                        options)),
                manifest);
    }

    /** Returns whether a part reads only the shape of an input, as many exported models do for the number of tokens. */
    private static boolean readsShapeAlone(Path file, String input, ReadOptions options) throws IOException {
        try (OnnxModel part = OnnxModel.load(file, options)) {
            DataflowGraph graph = part.graph();
            return graph.tensor(input).stream()
                    .flatMap(tensor -> graph.readers(tensor).stream())
                    .allMatch(reader -> graph.operatorType(reader).equals("Shape"));
        }
    }

    DecoderRoles roles() {
        return roles;
    }

    /** Returns the inputs that are the same in all steps of a sequence, by name. */
    Map<String, TensorInfo> contexts() {
        Map<String, TensorInfo> found = new LinkedHashMap<>(roles.inputs());
        found.keySet().retainAll(roles.contexts());
        return found;
    }

    /**
     * Returns the manifest of the parts as they are seen from outside: without caches, masks, positions and lengths, with
     * the step. Inputs that are the same in all steps of a sequence, such as the states of an encoder, are among its
     * inputs: a part copies them in a step of 0 tokens before it, and ignores their values in later steps.
     *
     * @return the manifest
     */
    public PartitionManifest manifest() {
        return manifest;
    }

    /** Returns the manifest of parts in this process, which find the inputs that are the same in all steps. */
    PartitionManifest here() {
        return here;
    }

    /**
     * Lets a stage keep the caches of a part, and the inputs that are the same in all steps of a sequence.
     *
     * @param part the number of the part, from 0
     * @param stage the open part; closing the result closes it
     * @param maxCacheBytes the largest size of the caches and these inputs, of all sequences together; empty for no limit
     * @param evicts whether the caches of the sequence that was used least recently are dropped at the limit; else a step
     *     that would exceed the limit fails
     * @return a stage with the inputs and outputs of {@link #manifest()}. It may be called by several threads
     */
    public Stage keeping(int part, Stage stage, OptionalLong maxCacheBytes, boolean evicts) {
        return keeping(part, stage, new SequenceCaches(stage.name(), maxCacheBytes, evicts), Optional.empty());
    }

    DecoderStage keeping(int part, Stage stage, SequenceCaches caches, Optional<SequenceContexts> contexts) {
        List<String> outputs = manifest.parts().get(part).outputs().stream()
                .map(TensorInfo::name)
                .toList();
        return new DecoderStage(stage, roles, outputs, caches, contexts);
    }
}
