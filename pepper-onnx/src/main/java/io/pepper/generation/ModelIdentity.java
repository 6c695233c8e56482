package io.pepper.generation;

import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.wire.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The identity of a model, whole or divided, by which a saved sequence finds its model again. */
@FunctionalInterface
interface ModelIdentity {
    /**
     * Returns a SHA-256.
     *
     * @return the hash of the model's file, and of the values to which its inputs were set, in hexadecimal
     * @throws IOException if it is unknown
     */
    String sha256() throws IOException;

    /** Returns the identity of a whole model, whose file is hashed when it is asked for. */
    static ModelIdentity of(OnnxModel model) {
        return model::sha256;
    }

    /** Returns the identity of a divided model. */
    static ModelIdentity of(PartitionManifest manifest) {
        return () -> {
            Optional<String> model = manifest.modelSha256();
            if (model.isEmpty()) {
                throw new IOException("sequences of " + manifest.modelName() + " cannot be saved or restored: "
                        + PartitionManifest.FILE_NAME + " lacks model.sha256, which tells its sequences from others");
            }
            if (manifest.inputValues().isEmpty()) {
                return model.get();
            }
            StringBuilder all = new StringBuilder(model.get());
            manifest.inputValues()
                    .forEach((input, value) ->
                            all.append('\n').append(input).append('=').append(value));
            return Digests.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
        };
    }
}
