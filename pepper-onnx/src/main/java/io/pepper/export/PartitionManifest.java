package io.pepper.export;

import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code partition.json} says: which model was divided, where, and into which files. The parts, run in order, make the
 * model's outputs from its inputs: each part takes its inputs by name from the model's inputs and from what earlier parts
 * gave. An output of the model that is one of its inputs stands in no part. Immutable.
 *
 * @param tool what wrote the files, with its version
 * @param modelName the model's file name without its ending
 * @param modelSha256 the SHA-256 of the model's file in hexadecimal, empty if it was not computed
 * @param weights where the weights of the parts were asked to stand; each part says where they do
 * @param inputs the model's inputs, in its order
 * @param outputs the model's outputs, in its order, with those sizes that are certain
 * @param parts the parts in the order to run them in
 * @param cuts the tensors that cross each cut, cut by cut, without those that are shared; one fewer than parts, or fewer
 *     where some parts have nothing to do with others
 * @param unusedOperators how many operators stand in no part because no output needs them
 * @param notes what else did not go into the parts, and why; sizes that the model states and that are not certain among it
 * @param inputValues inputs of the model's file that were set to values, by name: the parts compute what it computes for these
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
        Map<String, String> inputValues) {
    /** The name of the file that holds the manifest, beside the parts. */
    public static final String FILE_NAME = "partition.json";

    /**
     * Copies the lists.
     *
     * @param tool see the record
     * @param modelName see the record
     * @param modelSha256 see the record
     * @param weights see the record
     * @param inputs see the record
     * @param outputs see the record
     * @param parts see the record
     * @param cuts see the record
     * @param unusedOperators see the record
     * @param notes see the record
     * @param inputValues see the record
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
     * One file of the partition.
     *
     * @param file its name in the directory
     * @param sha256 the SHA-256 of the file in hexadecimal, empty if it was not computed
     * @param bytes its size
     * @param operators how many operators of the dataflow it holds
     * @param recomputedOperators how many operators it holds that another part counts: it computes them again
     * @param constantOperators how many operators it holds that only make constants
     * @param weightBytes the bytes of the constant tensors that it holds
     * @param inputs what it takes: inputs of the model and what earlier parts give
     * @param outputs what it gives: outputs of the model and what later parts take
     * @param data the files beside it that its weights stand in, besides its own
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
         * Copies the lists.
         *
         * @param file see the record
         * @param sha256 see the record
         * @param bytes see the record
         * @param operators see the record
         * @param recomputedOperators see the record
         * @param constantOperators see the record
         * @param weightBytes see the record
         * @param inputs see the record
         * @param outputs see the record
         * @param data see the record
         */
        public Part {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            data = List.copyOf(data);
        }
    }

    /**
     * A file that weights stand in.
     *
     * @param file its name, from the directory of the parts down, with {@code /} between names
     * @param sha256 the SHA-256 of the file in hexadecimal, empty if it was not computed
     * @param bytes its size
     */
    public record Data(String file, Optional<String> sha256, long bytes) {}

    /**
     * The bytes that the export wrote: those of the parts and, unless the parts refer to files of the model, of their data files.
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
     * @param directory where the parts are
     * @return what its {@code partition.json} says
     * @throws io.pepper.model.MalformedModelException if the file is no manifest, or of a version not known here; the message names the
     *     field
     * @throws IOException if the file cannot be read, or is a link out of the directory
     */
    public static PartitionManifest read(Path directory) throws IOException {
        return read(directory, ReadOptions.DEFAULTS);
    }

    /**
     * Reads the manifest of a directory.
     *
     * @param directory where the parts are
     * @param options into which other directories a link may lead ({@link ReadOptions#allowedRoots()})
     * @return what its {@code partition.json} says
     * @throws io.pepper.model.MalformedModelException if the file is no manifest, or of a version not known here; the message names the
     *     field
     * @throws IOException if the file cannot be read, or is a link that may not be followed
     */
    public static PartitionManifest read(Path directory, ReadOptions options) throws IOException {
        return ManifestJson.read(directory, options);
    }
}
