package io.pepper.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.model.InputValues;
import io.pepper.model.ReadOptions;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.InputChoice;
import io.pepper.onnx.internal.session.InputSearch;
import io.pepper.onnx.internal.session.SessionSettings;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.WholeModel;
import io.pepper.session.TensorFiles;
import io.pepper.session.internal.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A session with inputs on which it runs. Not thread-safe. */
final class OpenModel implements AutoCloseable {
    private final Path file;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;
    private final double sessionSeconds;

    private OpenModel(Path file, OrtSession session, Map<String, OnnxTensor> inputs, double sessionSeconds) {
        this.file = file;
        this.sessionSeconds = sessionSeconds;
        this.session = session;
        this.inputs = inputs;
    }

    /** Opens a file and runs it once. */
    static OpenModel open(Path file, TimingOptions options, Optional<Path> profile) throws IOException {
        WholeModel whole = ModelFiles.refuseCostly(file, ReadOptions.DEFAULTS, options.optimization());
        long begin = System.nanoTime();
        OrtSession session = Sessions.open(
                whole.source(),
                SessionSettings.of(options.threads(), options.optimization(), options.provider(), options.spinning())
                        .withProfile(profile));
        double seconds = (System.nanoTime() - begin) * 1e-9;
        try {
            return new OpenModel(file, session, inputs(session, whole, options), seconds);
        } catch (IOException | RuntimeException failed) {
            ModelFiles.closeAfter(session, failed);
            throw failed;
        }
    }

    private static Map<String, OnnxTensor> inputs(OrtSession session, WholeModel whole, TimingOptions options)
            throws IOException {
        InputChoice choice = new InputChoice(
                options.seed(), options.sizes().shapes(), options.sizes().dimensions(), given(options), 1);
        try {
            return InputSearch.find(session, whole, choice).values();
        } catch (CannotRunException none) {
            throw new UnsupportedModelException(
                    whole.source().name(), "inputs", String.valueOf(none.getMessage()), none);
        } catch (OrtException refused) {
            throw new IOException(whole.source().name() + ": " + refused.getMessage(), refused);
        }
    }

    /** Reads the given inputs. */
    private static Map<String, InputValues> given(TimingOptions options) throws IOException {
        Map<String, InputValues> given = new LinkedHashMap<>();
        for (Map.Entry<String, Path> input : options.inputs().entrySet()) {
            try (OnnxTensor tensor = TensorFiles.read(input.getValue())) {
                given.put(input.getKey(), TensorFiles.values(tensor));
            }
        }
        return given;
    }

    /**
     * Runs the model once, and writes its inputs and the tensors of its outputs into a directory.
     *
     * @return the names of the tensors, in the order of their files
     */
    List<String> tensors(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        Files.createDirectories(directory);
        for (Map.Entry<String, OnnxTensor> input : inputs.entrySet()) {
            write(input.getKey(), input.getValue(), directory, names);
        }
        try (OrtSession.Result result = session.run(inputs)) {
            for (Map.Entry<String, OnnxValue> output : result) {
                if (output.getValue() instanceof OnnxTensor tensor) {
                    write(output.getKey(), tensor, directory, names);
                }
            }
        } catch (OrtException failed) {
            throw new IOException(file + ": ONNX Runtime cannot run it: " + failed.getMessage(), failed);
        }
        return names;
    }

    private static void write(String name, OnnxTensor tensor, Path directory, List<String> names) throws IOException {
        TensorFiles.write(file(directory, names.size()), name, tensor);
        names.add(name);
    }

    /** Returns the file of a tensor by its number. */
    static Path file(Path directory, int number) {
        return directory.resolve(number + ".pb");
    }

    /** Returns the time that ONNX Runtime took to open the model. */
    double sessionSeconds() {
        return sessionSeconds;
    }

    /** Runs the model once; returns the time in seconds. */
    double run() throws IOException {
        Sessions.checkInterrupt();
        try {
            long begin = System.nanoTime();
            OrtSession.Result result = session.run(inputs);
            long end = System.nanoTime();
            result.close();
            return (end - begin) * 1e-9;
        } catch (OrtException failed) {
            throw new IOException(file + ": ONNX Runtime cannot run it: " + failed.getMessage(), failed);
        }
    }

    /** Ends the profile; returns its file. */
    Path endProfile() throws IOException {
        try {
            return Path.of(session.endProfiling());
        } catch (OrtException failed) {
            throw new IOException(file + ": no profile: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() throws IOException {
        inputs.values().forEach(OnnxTensor::close);
        try {
            session.close();
        } catch (OrtException failed) {
            throw new IOException(file + ": " + failed.getMessage(), failed);
        }
    }
}
