package io.pepper.predict;

import io.pepper.cut.Cut;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationWork;
import io.pepper.measure.OperatorSweep;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.TensorShapes;
import io.pepper.partition.CandidateCuts;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pieces of models to measure: the whole model, the pieces before and after single cuts, and the pieces between two
 * cuts. A seeded random choice includes pieces of all sizes.
 */
public final class ProfileTargets {
    static final String WHOLE = "whole";

    private ProfileTargets() {}

    /**
     * Exports a whole model and pieces of it.
     *
     * @param model the model, from a file
     * @param sizes the sizes of inputs that the model leaves open
     * @param directory the directory of the pieces, each in a subdirectory
     * @param most maximum number of pieces besides the whole; a model with few cuts gives fewer
     * @param seed seed of the random choice
     * @param progress receives each piece
     * @return the whole model, then the pieces
     * @throws io.pepper.model.UnknownSizeException if sizes stay open
     * @throws IllegalArgumentException if the sizes do not fit the model's inputs, or the model was not read from a
     *     file
     * @throws IOException if a piece cannot be written
     */
    public static List<ProfileTarget> of(
            OnnxModel model, InputShapes sizes, Path directory, int most, long seed, ProgressListener progress)
            throws IOException {
        Path file = model.path()
                .orElseThrow(() -> new IllegalArgumentException(model.name() + ": the model was not read from a file"));
        TensorShapes shapes = model.shapes(sizes);
        ModelCosts costs = model.costs(shapes);
        costs.flops(); // Refuses open sizes: such a model would run, but on unknown amounts.
        Export export = new Export(model, shapes, costs, directory);
        List<ProfileTarget> pieces = new ArrayList<>();
        pieces.add(new ProfileTarget(model.name(), WHOLE, file, sizes, costs.workload()));
        List<Cut> cuts = model.cuts(costs.cutOptions().withMaxWidth(2)).list();
        int done = 0;
        List<Span> spans = spans(cuts.size(), most, new Random(seed));
        for (Span span : spans) {
            progress.progress("exporting pieces of " + model.name(), done, spans.size());
            Optional<Cut> begin = span.begin < 0 ? Optional.empty() : Optional.of(cuts.get(span.begin));
            Optional<Cut> end = span.end == cuts.size() ? Optional.empty() : Optional.of(cuts.get(span.end));
            pieces.add(export.between(begin, end, span.name()));
            done++;
        }
        return pieces;
    }

    /**
     * Exports every run of neighbouring segments. These are all pieces that a planner asks for, so that it can plan
     * with a {@link MeasuredPredictor} alone.
     *
     * @param model the model
     * @param costs the model's costs for the sizes to measure
     * @param segments the model's segments, which form a chain; {@code n} segments have {@code n × (n + 1) / 2} runs
     * @param directory the directory of the runs, each in a subdirectory
     * @param progress receives each run
     * @return the runs
     * @throws IOException if a run cannot be written
     * @throws IllegalArgumentException if the segments are not a chain
     */
    public static List<ProfileTarget> runs(
            OnnxModel model, ModelCosts costs, ModelSegments segments, Path directory, ProgressListener progress)
            throws IOException {
        if (!segments.isChain()) {
            throw new IllegalArgumentException("runs of neighbouring segments are those of a chain");
        }
        Export export = new Export(model, costs.shapes(), costs, directory);
        int count = segments.count();
        List<ProfileTarget> pieces = new ArrayList<>();
        for (int from = 0; from < count; from++) {
            for (int to = from + 1; to <= count; to++) {
                progress.progress("exporting pieces of " + model.name(), pieces.size(), count * (count + 1) / 2);
                pieces.add(export.between(
                        from == 0
                                ? Optional.empty()
                                : Optional.of(segments.partition().cuts().get(from - 1)),
                        to == count
                                ? Optional.empty()
                                : Optional.of(segments.partition().cuts().get(to - 1)),
                        "segments-" + (from + 1) + "-" + to));
            }
        }
        return pieces;
    }

    /** Exports every run of segments of a text generator for a token and a prompt; of runs of equal work the first one. */
    static List<ProfileTarget> phases(
            OnnxModel model, GenerationWork load, int candidates, Path directory, ProgressListener progress)
            throws IOException {
        ModelCosts token = load.token();
        List<Cut> chosen = CandidateCuts.choose(model.cuts(token.cutOptions()), token.flops(), candidates);
        List<ProfileTarget> found = new ArrayList<>();
        for (String phase : List.of(GenerationSegments.TOKEN, GenerationSegments.PROMPT)) {
            ModelCosts costs = phase.equals(GenerationSegments.TOKEN) ? token : load.prompt();
            Set<Workload> known = new HashSet<>();
            runs(model, costs, costs.segments(chosen), directory.resolve(phase), progress).stream()
                    .filter(target -> known.add(target.work()))
                    .map(target -> target.named(phase + "-" + target.piece()))
                    .forEach(found::add);
        }
        return found;
    }

    /** An exporter of single pieces of a model. */
    private record Export(OnnxModel model, TensorShapes shapes, ModelCosts costs, Path directory) {
        ProfileTarget between(Optional<Cut> begin, Optional<Cut> end, String name) throws IOException {
            Partition partition = Partition.of(
                    model.graph(), Stream.concat(begin.stream(), end.stream()).toList());
            int part = begin.isPresent() ? 1 : 0;
            Path target = directory.resolve(model.name()).resolve(name);
            PartitionManifest manifest = SubmodelExporter.export(
                    model,
                    partition,
                    target,
                    ExportOptions.DEFAULTS.withChecksums(false).withDurable(false));
            Segment segment = partition.segments().get(part);
            return new ProfileTarget(
                    model.name(),
                    name,
                    target.resolve(manifest.parts().get(part).file()),
                    inputSizes(manifest.parts().get(part).inputs(), shapes),
                    costs.workload(segment),
                    part == 0
                            ? Optional.empty()
                            : Optional.of(before(target, manifest.parts().get(0))),
                    Map.of());
        }

        private ProfileTarget.Before before(Path target, PartitionManifest.Part first) {
            return new ProfileTarget.Before(target.resolve(first.file()), inputSizes(first.inputs(), shapes));
        }
    }

    /**
     * Writes the operator sweep: some 900 small models, which profile a device without a model of the user.
     *
     * @param directory the directory of the models
     * @return the models, as pieces of {@link OperatorSweep#MODEL}
     * @throws IOException if a model cannot be written
     */
    public static List<ProfileTarget> sweep(Path directory) throws IOException {
        return sweep(directory, OperatorSweep.names());
    }

    /**
     * Writes models of the operator sweep.
     *
     * @param directory the directory of the models
     * @param names names of models, such as {@link OperatorSweep#shortNames}
     * @return the models, as pieces of {@link OperatorSweep#MODEL}
     * @throws IllegalArgumentException if there is no model of a name
     * @throws IOException if a model cannot be written
     */
    public static List<ProfileTarget> sweep(Path directory, List<String> names) throws IOException {
        List<ProfileTarget> pieces = new ArrayList<>();
        List<Path> files = OperatorSweep.write(directory, names);
        for (int i = 0; i < names.size(); i++) {
            InputShapes sizes = OperatorSweep.sizes(names.get(i));
            try (OnnxModel model = OnnxModel.load(files.get(i))) {
                pieces.add(new ProfileTarget(
                        OperatorSweep.MODEL,
                        model.name(),
                        files.get(i),
                        sizes,
                        model.costs(model.shapes(sizes)).workload()));
            }
        }
        return pieces;
    }

    /** The span between two cuts, by their indices; -1 is the start of the model, the number of cuts its end. */
    private record Span(int begin, int end) {
        String name() {
            return "cuts-" + (begin + 1) + "-" + (end + 1);
        }
    }

    private static List<Span> spans(int cuts, int most, Random random) {
        Set<Span> spans = new LinkedHashSet<>();
        long possible = (long) (cuts + 1) * (cuts + 2) / 2 - 1;
        while (spans.size() < Math.min(most, possible)) {
            int cut = random.nextInt(cuts);
            switch (random.nextInt(4)) {
                case 0 -> spans.add(new Span(-1, cut));
                case 1 -> spans.add(new Span(cut, cuts));
                default -> {
                    int other = random.nextInt(cuts + 2) - 1;
                    if (other != cut && !(Math.min(cut, other) == -1 && Math.max(cut, other) == cuts)) {
                        spans.add(new Span(Math.min(cut, other), Math.max(cut, other)));
                    }
                }
            }
        }
        return List.copyOf(spans);
    }

    private static InputShapes inputSizes(List<TensorInfo> inputs, TensorShapes shapes) {
        InputShapes sizes = InputShapes.NONE;
        for (TensorInfo input : inputs) {
            sizes = sizes.withInput(shapes.of(input.name()));
        }
        return sizes;
    }
}
