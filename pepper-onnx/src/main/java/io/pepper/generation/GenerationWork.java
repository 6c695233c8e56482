package io.pepper.generation;

import io.pepper.cut.Cut;
import io.pepper.model.InputShapes;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.util.List;

/**
 * The work of a text generator, for planning its prompt and its tokens together. Each step is as {@link
 * GenerationSession} runs it: caches, masks, positions and lengths stay with the parts that read them, and of the logits
 * only those of the last position leave their part. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * GenerationWork work = GenerationWork.of(model, new GenerationLoad(512, 128, 2048, 4));
 * ModelCosts token = work.token();
 * GenerationSegments segments = work.segments(CandidateCuts.choose(model.cuts(token.cutOptions()), token.flops(), 24));
 * Phases phases = segments.phases(cluster, CostModel.of(cluster, predictor));
 * Placement best = phases.planner().plan(Objective.LATENCY);
 * DeploymentExporter.export(model, segments.token(), best, directory, origin);
 * }</pre>
 */
public final class GenerationWork {
    private final OnnxModel model;
    private final DecoderRoles roles;
    private final GenerationLoad load;
    private final ModelCosts prompt;
    private final ModelCosts token;
    private final ModelCosts context;

    private GenerationWork(OnnxModel model, DecoderRoles roles, GenerationLoad load) throws IOException {
        this.model = model;
        this.roles = roles;
        this.load = load;
        this.prompt = costs(0, load.promptTokens());
        this.token = costs(load.middleTokens(), 1);
        this.context = costs(load.contextTokens() - 1, 1);
    }

    /**
     * Returns the work of a text generator.
     *
     * @param model the model, open
     * @param load the task
     * @return the work
     * @throws UnsupportedModelException if the model is no text generator with caches, or has inputs that do not follow
     *     from its tokens; the message names them
     * @throws IOException if the model cannot be read
     */
    public static GenerationWork of(OnnxModel model, GenerationLoad load) throws IOException {
        return new GenerationWork(model, DecoderRoles.of(model), load);
    }

    private ModelCosts costs(int past, int count) throws IOException {
        InputShapes sizes = InputShapes.NONE;
        for (String input : roles.inputs().keySet()) {
            sizes = sizes.withInputShape(input, roles.shape(input, past, count));
        }
        return model.costs(model.shapes(sizes));
    }

    /**
     * Returns the task of the text generator.
     *
     * @return the load
     */
    public GenerationLoad load() {
        return load;
    }

    /**
     * Returns the costs of the step of the whole prompt.
     *
     * @return the costs
     */
    public ModelCosts prompt() {
        return prompt;
    }

    /**
     * Returns the costs of the step of one token, after half of the new tokens. Cuts are chosen by these.
     *
     * @return the costs
     */
    public ModelCosts token() {
        return token;
    }

    /** Returns the costs of the step of the last token of the longest context. */
    ModelCosts context() {
        return context;
    }

    DecoderRoles roles() {
        return roles;
    }

    /**
     * Returns the segments between cuts.
     *
     * @param cuts some of the model's cuts, in order
     * @return the segments in each phase
     * @throws io.pepper.model.UnknownSizeException if the size of a tensor that travels is unknown
     * @throws UnsupportedModelException if a cut divides the operators that read and continue a cache
     * @throws IllegalArgumentException if the cuts are not in order
     */
    public GenerationSegments segments(List<Cut> cuts) throws UnsupportedModelException {
        return GenerationSegments.of(model, this, cuts);
    }
}
