package io.pepper.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a model is opened. Immutable.
 *
 * <p>A model names the files that hold its tensors, and could name any. So they are looked for in the model's own directory
 * and below only, and no file is read that has another name elsewhere (a hard link). A link is followed, as ONNX Runtime follows it, if
 * it leads below that directory, or below the directory in which the model's file really is when that file is a link itself. This opens
 * the cache of the Hugging Face hub. Links to manifests and parts are followed only within their directory. Where an honest
 * model needs more, the caller says so:
 *
 * <pre>{@code
 * ReadOptions linked = ReadOptions.DEFAULTS.withAllowedRoots(Path.of("/srv/weights"));
 * OnnxModel model = OnnxModel.load(Path.of("/srv/models/detector.onnx"), linked);
 * }</pre>
 *
 * @param limits how much the model may ask for
 * @param allowedRoots other directories into which links to data files, manifests and parts may lead
 * @param hardLinks whether a data file may have more than one name in the file system
 * @param checksums whether data files for which the model gives a SHA-1 are read once and compared with it
 * @param isolation the limits of the child process in which ONNX Runtime opens the model, to infer types and shapes and to verify;
 *     empty to do that in this process
 * @param inputValues values of inputs that become constants, by name: {@code true}, {@code false} or a number
 */
public record ReadOptions(
        ReadLimits limits,
        List<Path> allowedRoots,
        boolean hardLinks,
        boolean checksums,
        Optional<Isolation> isolation,
        Map<String, String> inputValues) {
    /** With the default limits, without other directories, hard links, checksums and isolation. */
    public static final ReadOptions DEFAULTS =
            new ReadOptions(ReadLimits.DEFAULTS, List.of(), false, false, Optional.empty(), Map.of());

    /**
     * Copies the list.
     *
     * @param limits see the record
     * @param allowedRoots see the record
     * @param hardLinks see the record
     * @param checksums see the record
     * @param isolation see the record
     * @param inputValues see the record
     */
    public ReadOptions {
        allowedRoots = List.copyOf(allowedRoots);
        Objects.requireNonNull(isolation);
        inputValues = Collections.unmodifiableMap(new TreeMap<>(inputValues));
    }

    /**
     * These options with other limits.
     *
     * @param wanted the limits
     * @return new options
     */
    public ReadOptions withLimits(ReadLimits wanted) {
        return new ReadOptions(wanted, allowedRoots, hardLinks, checksums, isolation, inputValues);
    }

    /**
     * These options with other directories into which links may lead.
     *
     * @param directories the directories
     * @return new options
     */
    public ReadOptions withAllowedRoots(Path... directories) {
        return new ReadOptions(limits, List.of(directories), hardLinks, checksums, isolation, inputValues);
    }

    /**
     * These options, with or without data files that have more than one name.
     *
     * @param allowed whether to read such files
     * @return new options
     */
    public ReadOptions withHardLinks(boolean allowed) {
        return new ReadOptions(limits, allowedRoots, allowed, checksums, isolation, inputValues);
    }

    /**
     * These options, with or without a comparison of SHA-1 sums.
     *
     * @param wanted whether to compare
     * @return new options
     */
    public ReadOptions withChecksums(boolean wanted) {
        return new ReadOptions(limits, allowedRoots, hardLinks, wanted, isolation, inputValues);
    }

    /**
     * These options, with ONNX Runtime in a child process for this model: what it infers of types and shapes, and what
     * {@link io.pepper.export.SplitVerifier} runs, cannot bring this process down then.
     *
     * @param limits the limits of the child
     * @return new options
     */
    public ReadOptions withIsolation(Isolation limits) {
        return new ReadOptions(this.limits, allowedRoots, hardLinks, checksums, Optional.of(limits), inputValues);
    }

    /**
     * Sets inputs to values: the model then has these inputs no more, and of each {@code If} that they decide only the operators of the branch
     * that is taken, which can be cut. So a decoder that is merged of one with and one without cache becomes one of them. A
     * value replaces one that the file has. Opening throws an {@link IllegalArgumentException} if there is no such input, or a value is none of its type.
     *
     * @param values by the name of an input {@code true} or {@code false} if it is of truth values ({@code 1} and {@code 0}, too), else a number;
     *     each of its elements gets the value, and its open sizes become 1
     * @return new options
     */
    public ReadOptions withInputValues(Map<String, String> values) {
        return new ReadOptions(limits, allowedRoots, hardLinks, checksums, isolation, values);
    }
}
