package io.pepper.export;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.ModelContents;
import io.pepper.onnx.internal.model.KnownInputs;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The values to which inputs of a model were set when it was divided. The manifest's values are not trusted. */
final class SetInputs {
    private SetInputs() {}

    /**
     * Returns the values of the manifest and those of the options with which the model was opened, which take
     * precedence.
     *
     * @throws MalformedModelException if the manifest sets an input that the model does not have, or a value that the
     *     input cannot have
     */
    static Map<String, String> of(Path directory, PartitionManifest manifest, ModelContents contents)
            throws MalformedModelException {
        Map<String, String> opened = contents.options().inputValues();
        Map<String, String> values = new TreeMap<>();
        for (Map.Entry<String, String> set : manifest.inputValues().entrySet()) {
            if (!opened.containsKey(set.getKey())) {
                check(directory.resolve(PartitionManifest.FILE_NAME), set.getKey(), set.getValue(), contents);
                values.put(set.getKey(), set.getValue());
            }
        }
        values.putAll(opened);
        return values;
    }

    private static void check(Path file, String name, String value, ModelContents contents)
            throws MalformedModelException {
        List<ValueInfoProto> inputs = contents.original().getGraph().getInputList();
        Optional<ValueInfoProto> input =
                inputs.stream().filter(each -> each.getName().equals(name)).findFirst();
        try {
            if (input.isEmpty()) {
                throw new IllegalArgumentException(
                        "the model '" + contents.source().name()
                                + "' has no input '" + name + "', only "
                                + inputs.stream().map(ValueInfoProto::getName).toList());
            }
            KnownInputs.tensor(contents.source().name(), input.get(), value);
        } catch (IllegalArgumentException | MalformedModelException impossible) {
            throw new MalformedModelException(
                    file.toString(), "inputValues", String.valueOf(impossible.getMessage()), impossible);
        }
    }

    /** Returns options that give the whole model these values. */
    static VerificationOptions given(ModelContents contents, Map<String, String> values, VerificationOptions options)
            throws IOException {
        VerificationOptions given = options;
        for (ValueInfoProto input : contents.original().getGraph().getInputList()) {
            String value = values.get(input.getName());
            if (value != null) {
                TensorProto tensor = KnownInputs.tensor(contents.source().name(), input, value);
                long[] shape =
                        tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
                given = given.withInput(input.getName(), KnownInputs.values(tensor), shape);
            }
        }
        return given;
    }
}
