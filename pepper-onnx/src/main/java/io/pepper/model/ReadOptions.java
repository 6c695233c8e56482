package io.pepper.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Options for opening a model. Immutable.
 *
 * <p>A model names the files that hold its tensors, and could name any file. PEPPER looks for them only in the model's
 * own directory and below, and reads no file with a second name elsewhere (a hard link). Like ONNX Runtime, it follows
 * a symbolic link that leads below that directory; if the model's file is itself a link, the link may also lead below
 * the directory of the target. This opens the cache of the Hugging Face hub. Links to manifests and parts are followed
 * only within their directory. The caller can allow more:
 *
 * <pre>{@code
 * ReadOptions linked = ReadOptions.DEFAULTS.withAllowedRoots(Path.of("/srv/weights"));
 * OnnxModel model = OnnxModel.load(Path.of("/srv/models/detector.onnx"), linked);
 * }</pre>
 *
 * @param limits the limits on the resources that the model may take
 * @param allowedRoots other directories into which links to data files, manifests and parts may lead
 * @param hardLinks whether a data file may have more than one name in the file system
 * @param checksums whether data files for which the model gives a SHA-1 are read once and compared with it
 * @param isolation the limits of the child process in which ONNX Runtime opens the model, to infer types and shapes and
 *     to verify; empty to use this process
 * @param inputValues values of inputs that become constants, by input name: {@code true}, {@code false} or a number
 */
public record ReadOptions(
        ReadLimits limits,
        List<Path> allowedRoots,
        boolean hardLinks,
        boolean checksums,
        Optional<Isolation> isolation,
        Map<String, String> inputValues) {
    /** The default limits, without further directories, hard links, checksums or isolation. */
    public static final ReadOptions DEFAULTS =
            new ReadOptions(ReadLimits.DEFAULTS, List.of(), false, false, Optional.empty(), Map.of());

    /**
     * Copies the list.
     *
     * @param limits the limits on the resources that the model may take
     * @param allowedRoots other directories into which links to data files, manifests and parts may lead
     * @param hardLinks whether a data file may have more than one name in the file system
     * @param checksums whether data files for which the model gives a SHA-1 are read once and compared with it
     * @param isolation the limits of the child process in which ONNX Runtime opens the model, to infer types and
     *     shapes and to verify
     * @param inputValues values of inputs that become constants, by input name: {@code true}, {@code false} or a
     *     number
     */
    public ReadOptions {
        allowedRoots = List.copyOf(allowedRoots);
        Objects.requireNonNull(isolation);
        inputValues = Collections.unmodifiableMap(new TreeMap<>(inputValues));
    }

    /**
     * Returns these options with other limits.
     *
     * @param wanted the limits
     * @return the options
     */
    public ReadOptions withLimits(ReadLimits wanted) {
        return new ReadOptions(wanted, allowedRoots, hardLinks, checksums, isolation, inputValues);
    }

    /**
     * Returns these options with other directories into which links may lead.
     *
     * @param directories the directories
     * @return the options
     */
    public ReadOptions withAllowedRoots(Path... directories) {
        return new ReadOptions(limits, List.of(directories), hardLinks, checksums, isolation, inputValues);
    }

    /**
     * Returns these options, with or without data files that have several names.
     *
     * @param allowed whether to read such files
     * @return the options
     */
    public ReadOptions withHardLinks(boolean allowed) {
        return new ReadOptions(limits, allowedRoots, allowed, checksums, isolation, inputValues);
    }

    /**
     * Returns these options, with or without the comparison of SHA-1 sums.
     *
     * @param wanted whether to compare
     * @return the options
     */
    public ReadOptions withChecksums(boolean wanted) {
        return new ReadOptions(limits, allowedRoots, hardLinks, wanted, isolation, inputValues);
    }

    /**
     * Returns these options with a child process for ONNX Runtime. Faults in type and shape inference, and in the runs
     * of {@link io.pepper.export.SplitVerifier}, then cannot end this process.
     *
     * @param limits the limits of the child
     * @return the options
     */
    public ReadOptions withIsolation(Isolation limits) {
        return new ReadOptions(this.limits, allowedRoots, hardLinks, checksums, Optional.of(limits), inputValues);
    }

    /**
     * Returns these options with constant values for inputs. The model then no longer has these inputs. Where they
     * decide an {@code If}, only the operators of the taken branch remain, and these can be cut: a merged decoder
     * becomes the one with cache or the one without. A value replaces a default in the file. Opening throws an {@link
     * IllegalArgumentException} if the model has no such input, or a value does not fit its type.
     *
     * @param values values by input name: {@code true} or {@code false} (or {@code 1} and {@code 0}) for Booleans, else
     *     a number; each element of the input gets the value, and its open sizes become 1
     * @return the options
     */
    public ReadOptions withInputValues(Map<String, String> values) {
        return new ReadOptions(limits, allowedRoots, hardLinks, checksums, isolation, values);
    }
}
