package io.pepper.export;

import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The content of {@code partition.json}: the divided model, its cuts and the files of its parts. The parts, run in
 * order, compute the model's outputs from its inputs. Each part takes its inputs by name from the model's inputs and
 * from the outputs of earlier parts. An output of the model that is one of its inputs is in no part. Immutable.
 *
 * @param tool the tool that wrote the files, with its version
 * @param modelName the model's file name without its extension
 * @param modelSha256 the SHA-256 of the model's file in hexadecimal; empty if it was not computed
 * @param weights the requested storage of the weights; each part lists its data files
 * @param inputs the model's inputs in their order
 * @param outputs the model's outputs in their order, with the sizes that are certain
 * @param parts the parts in the order in which they run
 * @param cuts the tensors that cross each cut, without shared ones. There is one cut fewer than parts, or fewer still
 *     if some parts are independent of each other
 * @param unusedOperators number of operators in no part, because no output needs them
 * @param notes other information that the parts lack and why, among it sizes that the model states and that are not
 *     certain
 * @param inputValues values to which inputs of the model's file were set, by name; the parts compute the model for
 *     these values
 * @param recognized the caches, masks, positions and lengths among the inputs, as of a text generator; {@link
 *     RecognizedInputs#NONE} if there are none
 */
public record PartitionManifest(
        String tool,
        String modelName,
        Optional<String> modelSha256,
        WeightStorage weights,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        List<Part> parts,
        List<List<TensorInfo>> cuts,
        int unusedOperators,
        List<String> notes,
        Map<String, String> inputValues,
        RecognizedInputs recognized) {
    /** The name of the manifest's file in the directory of the parts. */
    public static final String FILE_NAME = "partition.json";

    /**
     * Creates a manifest.
     *
     * @param tool the tool that wrote the files, with its version
     * @param modelName the model's file name without its extension
     * @param modelSha256 the SHA-256 of the model's file in hexadecimal; empty if it was not computed
     * @param weights the requested storage of the weights
     * @param inputs the model's inputs in their order
     * @param outputs the model's outputs in their order
     * @param parts the parts in the order in which they run
     * @param cuts the tensors that cross each cut
     * @param unusedOperators number of operators in no part
     * @param notes other information that the parts lack and why
     * @param inputValues values to which inputs of the model's file were set, by name
     * @param recognized the caches, masks, positions and lengths among the inputs
     */
    public PartitionManifest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        parts = List.copyOf(parts);
        cuts = cuts.stream().map(List::copyOf).toList();
        notes = List.copyOf(notes);
        inputValues = Collections.unmodifiableMap(new TreeMap<>(inputValues));
    }

    /**
     * A part of the partition.
     *
     * @param file the name of its file in the directory
     * @param sha256 the SHA-256 of the file in hexadecimal; empty if it was not computed
     * @param bytes the size of the file
     * @param operators number of operators of the dataflow in the part
     * @param recomputedOperators number of operators that another part counts and this part computes again
     * @param constantOperators number of operators that only compute constants
     * @param weightBytes the bytes of its constant tensors
     * @param inputs the tensors that it reads: inputs of the model and outputs of earlier parts
     * @param outputs the tensors that it produces: outputs of the model and inputs of later parts
     * @param data the further files that contain its weights
     */
    public record Part(
            String file,
            Optional<String> sha256,
            long bytes,
            int operators,
            int recomputedOperators,
            int constantOperators,
            long weightBytes,
            List<TensorInfo> inputs,
            List<TensorInfo> outputs,
            List<Data> data) {
        /**
         * Creates a part.
         *
         * @param file the name of its file in the directory
         * @param sha256 the SHA-256 of the file in hexadecimal; empty if it was not computed
         * @param bytes the size of the file
         * @param operators number of operators of the dataflow in the part
         * @param recomputedOperators number of operators that another part counts and this part computes again
         * @param constantOperators number of operators that only compute constants
         * @param weightBytes the bytes of its constant tensors
         * @param inputs the tensors that it reads
         * @param outputs the tensors that it produces
         * @param data the further files that contain its weights
         */
        public Part {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            data = List.copyOf(data);
        }
    }

    /**
     * A file that contains weights.
     *
     * @param file its path relative to the directory of the parts, with {@code /} between names
     * @param sha256 the SHA-256 of the file in hexadecimal; empty if it was not computed
     * @param bytes the size of the file
     */
    public record Data(String file, Optional<String> sha256, long bytes) {}

    /**
     * Returns the manifest of a whole model as its only part, for instance to run it like parts. No files belong to it.
     *
     * @param model the model
     * @return a manifest with the tensors of the model
     */
    public static PartitionManifest ofWhole(OnnxModel model) {
        Part whole =
                new Part(model.name(), Optional.empty(), 0, 0, 0, 0, 0, model.inputs(), model.outputs(), List.of());
        return new PartitionManifest(
                "",
                model.name(),
                Optional.empty(),
                WeightStorage.REFERENCE,
                model.inputs(),
                model.outputs(),
                List.of(whole),
                List.of(),
                0,
                List.of(),
                Map.of(),
                model.recognizedInputs());
    }

    /**
     * Returns the number of bytes that the export wrote: those of the parts and, unless the parts refer to files of the
     * model, of their data files.
     *
     * @return 0 or more
     */
    public long bytesWritten() {
        long written = 0;
        for (Part part : parts) {
            written += part.bytes();
            for (Data data : part.data()) {
                written += weights == WeightStorage.REFERENCE ? 0 : data.bytes();
            }
        }
        return written;
    }

    /**
     * Reads the manifest of a directory.
     *
     * @param directory the directory of the parts
     * @return the content of its {@code partition.json}
     * @throws io.pepper.document.InvalidFileException if the file is not a manifest, or has an unknown version; the
     *     message names the line and the field
     * @throws IOException if the file cannot be read, or is a link out of the directory
     */
    public static PartitionManifest read(Path directory) throws IOException {
        return read(directory, ReadOptions.DEFAULTS);
    }

    /**
     * Reads the manifest of a directory.
     *
     * @param directory the directory of the parts
     * @param options the further directories that a link may lead to ({@link ReadOptions#allowedRoots()})
     * @return the content of its {@code partition.json}
     * @throws io.pepper.document.InvalidFileException if the file is not a manifest, or has an unknown version; the
     *     message names the line and the field
     * @throws IOException if the file cannot be read, or is a link that may not be followed
     */
    public static PartitionManifest read(Path directory, ReadOptions options) throws IOException {
        return ManifestReader.read(directory, options);
    }
}
