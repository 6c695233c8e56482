package io.pepper.serving;

import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.WholeFile;
import io.pepper.model.TensorInfo;
import io.pepper.serving.internal.DataType;
import io.pepper.serving.internal.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model repository of the Triton inference server for a partition: for each part a model of its ONNX Runtime backend,
 * and for the whole an ensemble that connects the parts by the tensors of their cuts. The layout and the fields are those
 * of Triton's documentation; models are configured without batching ({@code max_batch_size: 0}), so that shapes are those
 * of the parts. A part's weights in other files are copied, too. Stateless and therefore thread-safe.
 */
public final class TritonRepository {
    private static final String CONFIG = "config.pbtxt";
    private static final String VERSION = "1";
    private static final String FILE = "model.onnx";
    private static final String NEWLINE = "\n";

    private final Path directory;
    private final PartitionManifest manifest;
    private final String name;
    private final Map<String, List<Long>> shapes;

    private TritonRepository(Path directory, PartitionManifest manifest, String name, Map<String, List<Long>> shapes) {
        this.shapes = shapes;
        this.directory = directory;
        this.manifest = manifest;
        this.name = name;
    }

    /**
     * Writes a repository.
     *
     * @param directory the parts with their {@code partition.json}
     * @param name the name of the ensemble; the parts have it with their number from 1
     * @param target the directory of the repository, which is made if it is missing
     * @param shapes the shapes of tensors whose number of dimensions is not certain, by name; -1 is any size
     * @return the names of the models, the ensemble last
     * @throws IllegalArgumentException if the name has other characters than letters, digits, dots, dashes and
     *     underscores, a tensor has a type that Triton lacks, or its number of dimensions is unknown
     * @throws FileAlreadyExistsException if the repository has a model of such a name
     * @throws IOException if a file cannot be read or written
     */
    public static List<String> write(Path directory, String name, Path target, Map<String, List<Long>> shapes)
            throws IOException {
        if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "the name of a model in a Triton repository has letters, digits, dots, dashes and underscores, found '"
                            + name + "'");
        }
        return new TritonRepository(directory, PartitionManifest.read(directory), name, shapes).write(target);
    }

    private List<String> write(Path target) throws IOException {
        Map<String, String> configs = new LinkedHashMap<>();
        for (int part = 0; part < manifest.parts().size(); part++) {
            configs.put(ServedNames.part(name, part), model(part));
        }
        configs.put(name, ensemble());
        for (String model : configs.keySet()) {
            if (Files.exists(target.resolve(model), LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.resolve(model).toString());
            }
        }
        for (int part = 0; part < manifest.parts().size(); part++) {
            copy(manifest.parts().get(part), target.resolve(ServedNames.part(name, part)));
        }
        Files.createDirectories(target.resolve(name).resolve(VERSION)); // Triton wants a version of an ensemble, empty.
        for (Map.Entry<String, String> config : configs.entrySet()) {
            WholeFile.write(target.resolve(config.getKey()).resolve(CONFIG), config.getValue());
        }
        return List.copyOf(configs.keySet());
    }

    /** Copies a part and the files of its weights, which lie beside it as before. */
    private void copy(PartitionManifest.Part part, Path model) throws IOException {
        Path version = model.resolve(VERSION);
        Files.createDirectories(version);
        Files.copy(directory.resolve(part.file()), version.resolve(FILE));
        for (PartitionManifest.Data data : part.data()) {
            Path file = version.resolve(data.file()).normalize();
            if (!file.startsWith(version) || file.equals(version)) {
                throw new IOException(part.file() + ": its data file '" + data.file() + "' is not below its directory");
            }
            Files.createDirectories(file.getParent() == null ? version : file.getParent());
            Files.copy(directory.resolve(data.file()), file);
        }
    }

    private String model(int part) {
        PartitionManifest.Part described = manifest.parts().get(part);
        return header(ServedNames.part(name, part))
                + "backend: \"onnxruntime\"\n"
                + "max_batch_size: 0\n"
                + tensors("input", described.inputs())
                + tensors("output", described.outputs());
    }

    private String ensemble() {
        StringBuilder text = new StringBuilder(header(name))
                .append("platform: \"ensemble\"\n")
                .append("max_batch_size: 0\n")
                .append(tensors("input", manifest.inputs()))
                .append(tensors("output", manifest.outputs()))
                .append("ensemble_scheduling {\n");
        for (int part = 0; part < manifest.parts().size(); part++) {
            PartitionManifest.Part described = manifest.parts().get(part);
            text.append("  step {\n")
                    .append("    model_name: ")
                    .append(quoted(ServedNames.part(name, part)))
                    .append("\n    model_version: -1\n");
            described.inputs().forEach(input -> text.append(mapping("input_map", input)));
            described.outputs().forEach(output -> text.append(mapping("output_map", output)));
            text.append("  }\n");
        }
        requireConnected();
        return text.append("}\n").toString();
    }

    /** Refuses what an ensemble cannot do: pass an input through, without a part that makes it. */
    private void requireConnected() {
        Set<String> made = new LinkedHashSet<>();
        manifest.parts().forEach(part -> part.outputs().forEach(output -> made.add(output.name())));
        for (TensorInfo output : manifest.outputs()) {
            if (!made.contains(output.name())) {
                throw new IllegalArgumentException("output '" + output.name()
                        + "' is an input of the model, which no part makes: an ensemble of Triton cannot pass it on");
            }
        }
    }

    private static String header(String model) {
        return "name: " + quoted(model) + NEWLINE;
    }

    private static String mapping(String field, TensorInfo tensor) {
        return "    " + field + " {\n      key: " + quoted(tensor.name()) + "\n      value: " + quoted(tensor.name())
                + "\n    }\n";
    }

    private String tensors(String field, List<TensorInfo> tensors) {
        StringBuilder text = new StringBuilder();
        for (TensorInfo tensor : tensors) {
            TensorSpec spec = TensorSpec.of(tensor);
            List<Long> shape = spec.shape()
                    .or(() -> Optional.ofNullable(shapes.get(tensor.name())))
                    .orElseThrow(() -> new IllegalArgumentException("'" + tensor.name()
                            + "' has an unknown number of dimensions, which a Triton repository states: give its shape,"
                            + " with -1 for any size"));
            text.append(field)
                    .append(" {\n  name: ")
                    .append(quoted(tensor.name()))
                    .append("\n  data_type: TYPE_")
                    .append(spec.type() == DataType.BYTES ? "STRING" : spec.type())
                    .append(NEWLINE);
            // Triton has no shape without dimensions: a scalar is reshaped from one element.
            text.append("  dims: ").append(dims(shape.isEmpty() ? List.of(1L) : shape));
            text.append(shape.isEmpty() ? "\n  reshape { shape: [ ] }\n}\n" : "\n}\n");
        }
        return text.toString();
    }

    private static String dims(List<Long> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[ ", " ]"));
    }

    /** Returns a text in the quotes of protobuf's text format. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = each >= ' ' && each < 0x7F && each != '"' && each != '\\';
            quoted.append(plain ? String.valueOf((char) each) : String.format("\\%03o", each & 0xFF));
        }
        return quoted.append('"').toString();
    }
}
