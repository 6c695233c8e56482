package io.pepper.onnx.internal.model;

import com.google.protobuf.ByteString;
import io.pepper.model.ElementType;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.wire.ByteSource;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import io.pepper.onnx.internal.wire.Payload;
import io.pepper.onnx.internal.wire.PayloadScanner;
import io.pepper.onnx.internal.wire.PayloadTable;
import io.pepper.onnx.internal.wire.Skeleton;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The attachment of tensors in other files: their payloads are used as if they were in the model's own file. Keeps the
 * files open until closed.
 */
public final class ExternalData implements Closeable {
    private static final Set<String> KEYS = Set.of("location", "offset", "length", "checksum");

    private final String source;
    private final ExternalFiles files;
    private final ReadOptions options;
    private final Map<ByteSource, String> checked = new HashMap<>();

    /**
     * Prepares the attachment without opening files.
     *
     * @param source the model's own bytes
     * @param directory the directory that must contain the files; empty if the model has none
     * @param options the limits of the files, and their permitted places
     */
    public ExternalData(ByteSource source, Optional<Path> directory, ReadOptions options) {
        this.source = source.name();
        this.options = options;
        this.files = new ExternalFiles(source, directory, options);
    }

    /**
     * Attaches all external tensors of a model: initializers, attributes, bodies and functions.
     *
     * @param skeleton the model
     * @return the same model without external tensors
     * @throws IOException if a file is missing, outside of the directory, or too short
     */
    public Skeleton attach(Skeleton skeleton) throws IOException {
        if (!skeleton.hasExternalTensors()) {
            return skeleton;
        }
        Attaching attaching = new Attaching(skeleton.payloads());
        ModelProto model = TensorWalk.change(skeleton.model(), attaching);
        return new Skeleton(model, attaching.payloads.build(), false);
    }

    /** Replaces external tensors by references to the table of payloads. */
    private final class Attaching implements TensorWalk.Visitor {
        private final PayloadTable inside;
        private final PayloadTable.Builder payloads;

        Attaching(PayloadTable inside) {
            this.inside = inside;
            this.payloads = inside.toBuilder();
        }

        @Override
        public boolean wants(TensorProto tensor) {
            return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
        }

        @Override
        public void change(TensorProto.Builder tensor, TensorWalk.Place place) throws IOException {
            refuseDataInside(tensor);
            Payload payload = payload(tensor.buildPartial());
            tensor.clearDataLocation().clearExternalData();
            if (payload.length() <= PayloadScanner.INLINE_BYTES) {
                tensor.setRawData(ByteString.copyFrom(payload.read()));
            } else {
                PayloadTable.attach(tensor, payloads.add(payload));
            }
        }

        private void refuseDataInside(TensorProto.Builder tensor) throws MalformedModelException {
            if (inside.bytes(tensor.buildPartial()) > 0) {
                throw new MalformedModelException(
                        source, "tensor '" + tensor.getName() + "'", "has data in the model and in another file");
            }
        }
    }

    private Payload payload(TensorProto tensor) throws IOException {
        String where = "tensor '" + tensor.getName() + "'";
        Map<String, String> entries = entries(where, tensor);
        String location = entries.getOrDefault("location", "");
        ByteSource file = files.open(where, location);
        long offset = number(where, entries, "offset").orElse(0);
        long expected = expectedBytes(where, tensor);
        long length = number(where, entries, "length").orElse(expected);
        if (length != expected) {
            throw new MalformedModelException(
                    source,
                    where + ".external_data.length",
                    "is " + length + ", where its type and shape take " + expected);
        }
        if (offset > file.size() || length > file.size() - offset) {
            throw new MalformedModelException(
                    source,
                    where + ".external_data",
                    "takes " + length + " bytes at " + offset + " of '" + location + "', which has " + file.size());
        }
        files.use(where, file, length);
        if (options.checksums() && entries.containsKey("checksum")) {
            compare(where, entries.getOrDefault("checksum", ""), file);
        }
        return new Payload(file, offset, length, Payload.Form.RAW);
    }

    /** Returns the entries that ONNX specifies. Others are ignored, since no part contains them. */
    private Map<String, String> entries(String where, TensorProto tensor) throws MalformedModelException {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            if (KEYS.contains(entry.getKey()) && entries.put(entry.getKey(), entry.getValue()) != null) {
                throw new MalformedModelException(source, where + ".external_data." + entry.getKey(), "occurs twice");
            }
        }
        return entries;
    }

    private void compare(String where, String stated, ByteSource file) throws IOException {
        String found = checked.get(file);
        if (found == null) {
            found = Digests.sha1(file, () -> Thread.currentThread().isInterrupted());
            checked.put(file, found);
        }
        if (!found.equalsIgnoreCase(stated)) {
            throw new MalformedModelException(
                    source,
                    where + ".external_data.checksum",
                    "is " + stated + ", where the SHA-1 of " + file.name() + " is " + found);
        }
    }

    private long expectedBytes(String where, TensorProto tensor) throws IOException {
        ElementType type = ElementType.ofCode(tensor.getDataType()).orElse(ElementType.UNDEFINED);
        if (type.bits() == 0) {
            throw new MalformedModelException(
                    source, where, "a tensor of " + type.onnxName() + " cannot have external data");
        }
        return new TensorSizes(source, any -> 0).bytes(tensor);
    }

    private OptionalLong number(String where, Map<String, String> entries, String key) throws MalformedModelException {
        String written = entries.get(key);
        if (written == null) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(written);
            if (value >= 0) {
                return OptionalLong.of(value);
            }
        } catch (NumberFormatException notANumber) {
            throw new MalformedModelException(
                    source, where + ".external_data." + key, "'" + written + "' is not a number", notANumber);
        }
        throw new MalformedModelException(source, where + ".external_data." + key, "'" + written + "' is negative");
    }

    /**
     * Returns the data files, including those whose tensors are so small that they were read at once.
     *
     * @return the opened files
     */
    public Collection<FileSource> files() {
        return files.opened();
    }

    @Override
    public void close() throws IOException {
        files.close();
    }
}
