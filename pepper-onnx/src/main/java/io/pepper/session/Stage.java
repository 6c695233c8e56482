package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.export.PartitionManifest;
import io.pepper.model.MalformedModelException;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A part of a model that can run: in this process through ONNX Runtime ({@link Stage#open}), or elsewhere.
 *
 * <p>Several threads call an implementation at once. It must not close its inputs, and must not read them after the
 * return. A remote stage sends them as {@linkplain TensorMessages ONNX messages}. Any exception or error that it throws
 * fails the request with a {@link StageException}. So does an answer without one of the outputs, or with one that is
 * null, closed or not listed.
 */
public interface Stage extends AutoCloseable {
    /**
     * Opens one part to run in this process, for instance when the others run elsewhere.
     *
     * @param directory the directory of the parts
     * @param manifest the content of its {@code partition.json}
     * @param part the number of the part, from 0
     * @param options how to open it
     * @return the stage, for the caller to close
     * @throws IndexOutOfBoundsException if the partition has no such part
     * @throws IllegalArgumentException if the execution provider is not available
     * @throws MalformedModelException if the file does not match the manifest; the message names file and field
     * @throws UnsupportedModelException if a tensor cannot pass from part to part
     * @throws IOException if the file cannot be read, or ONNX Runtime refuses it
     */
    static Stage open(Path directory, PartitionManifest manifest, int part, SessionOptions options) throws IOException {
        return StageOpener.open(directory, manifest, part, options);
    }

    /**
     * Opens all parts to run in this process, or none.
     *
     * @param directory the directory of the parts
     * @param manifest the content of its {@code partition.json}
     * @param options how to open them
     * @return the stages in the order of the manifest, for the caller to close
     * @throws IllegalArgumentException if the execution provider is not available
     * @throws InterruptedIOException if the thread is interrupted
     * @throws IOException see {@link #open(Path, PartitionManifest, int, SessionOptions)}
     */
    static List<Stage> openAll(Path directory, PartitionManifest manifest, SessionOptions options) throws IOException {
        return StageOpener.open(directory, manifest, options);
    }

    /**
     * Opens a whole model as one stage, for instance to compare it with its parts.
     *
     * @param model the model
     * @param options how to open it
     * @return the stage, for the caller to close
     * @throws IllegalArgumentException if the execution provider is not available
     * @throws UnsupportedModelException if inputs of the model were set to values, which its file still has, or if ONNX
     *     Runtime could crash or hang on it
     * @throws IOException if the model cannot be read, or ONNX Runtime refuses it
     */
    static Stage open(OnnxModel model, StageOptions options) throws IOException {
        return StageOpener.open(model, options);
    }

    /**
     * Returns the stage's name in messages and metrics.
     *
     * @return a name, for instance the part's file
     */
    String name();

    /**
     * Returns the names of the input tensors.
     *
     * @return names
     */
    List<String> inputs();

    /**
     * Returns the names of the output tensors.
     *
     * @return names
     */
    List<String> outputs();

    /**
     * Runs the part once.
     *
     * @param inputs the tensors by name, which the caller keeps
     * @param cancellation the signal that the result is no longer needed
     * @return exactly the outputs by name, open, for the caller to close; an output may be an input, which keeps its
     *     owner
     * @throws IOException if the part cannot run; a {@link StageException} says why
     */
    Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation) throws IOException;

    /**
     * Runs the part once, and writes outputs into memory of the caller if it can. A stage that cannot gives tensors of
     * its own, as this implementation does.
     *
     * @param inputs the tensors by name, which the caller keeps
     * @param targets tensors by output, of the type and shape that the output will have, which the caller keeps. Their
     *     content changes, also if the run fails
     * @param cancellation the signal that the result is no longer needed
     * @return exactly the outputs by name; one that was written into its target is the target, the others are as from
     *     {@link #run}
     * @throws IOException if the part cannot run, or a target has another shape than the output
     */
    default Map<String, OnnxValue> runInto(
            Map<String, OnnxTensorLike> inputs, Map<String, OnnxTensor> targets, Cancellation cancellation)
            throws IOException {
        return run(inputs, cancellation);
    }

    /**
     * Releases the stage's resources. Never called during {@link #run}, except while an abandoned call is still
     * running.
     *
     * @throws IOException if a resource cannot be released
     */
    @Override
    void close() throws IOException;
}
