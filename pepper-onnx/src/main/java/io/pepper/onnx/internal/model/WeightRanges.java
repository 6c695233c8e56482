package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.wire.Payload;
import io.pepper.onnx.internal.wire.PayloadTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The conversion of a message's tensors to references into other files, by location, offset and length. Only
 * initializers and the values of Constant operators can be in other files; ONNX Runtime reads no others there. Numbers
 * in a special encoding, such as 16-bit ones in {@code int32_data}, cannot be in other files either.
 */
public final class WeightRanges {
    private static final String LENGTH = "length";

    private WeightRanges() {}

    /** The decision on the place of bytes. */
    public interface Placement {
        /**
         * Decides on the place of a tensor's bytes.
         *
         * @param bytes little-endian elements, at their current place
         * @return their new place; empty to leave the tensor unchanged
         * @throws IOException if the place cannot be determined
         */
        Optional<Place> place(Payload bytes) throws IOException;
    }

    /**
     * A place of bytes.
     *
     * @param location the file, as the model names it
     * @param offset the offset of the first byte in the file
     */
    public record Place(String location, long offset) {}

    /**
     * Makes tensors refer to other files.
     *
     * @param model a message whose large tensors refer to a table of payloads
     * @param payloads the table
     * @param placement decides on the places of the bytes
     * @return the same message with references for the placed tensors
     * @throws IOException if a payload cannot be read
     */
    public static ModelProto moved(ModelProto model, PayloadTable payloads, Placement placement) throws IOException {
        return TensorWalk.change(model, new TensorWalk.Visitor() {
            @Override
            public boolean wants(TensorProto tensor) {
                return payloads.isTakenOut(tensor);
            }

            @Override
            public void change(TensorProto.Builder tensor, TensorWalk.Place place) throws IOException {
                List<Payload> taken = payloads.of(tensor.buildPartial());
                if (taken.size() == 1 && canBeElsewhere(place)) {
                    Optional<Payload> bytes = taken.get(0).elements();
                    Optional<Place> moved = bytes.isPresent() ? placement.place(bytes.get()) : Optional.empty();
                    if (moved.isPresent()) {
                        refer(tensor, moved.get(), bytes.get().length());
                    }
                }
            }
        });
    }

    /**
     * Returns a file's name in a model.
     *
     * @param directory the directory of the model
     * @param file a file in that directory or below
     * @return the relative path, with {@code /} on every system
     */
    public static String location(Path directory, Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }

    /**
     * Returns the bytes that a tensor takes from another file.
     *
     * @param tensor a tensor of a result of {@link #moved}
     * @return 0 if it refers to none
     */
    public static long referred(TensorProto tensor) {
        return tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals(LENGTH))
                .mapToLong(entry -> Long.parseLong(entry.getValue()))
                .sum();
    }

    /**
     * Returns the bytes that the tensors in an operator's attributes take from other files.
     *
     * @param node an operator of a result of {@link #moved}
     * @return 0 if they refer to none
     */
    public static long referred(NodeProto node) {
        return node.getAttributeList().stream()
                .mapToLong(attribute -> referred(attribute.getT()))
                .sum();
    }

    private static boolean canBeElsewhere(TensorWalk.Place place) {
        return place == TensorWalk.Place.INITIALIZER || place == TensorWalk.Place.CONSTANT;
    }

    private static void refer(TensorProto.Builder tensor, Place place, long length) {
        PayloadTable.detach(tensor);
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", place.location()))
                .addExternalData(entry("offset", Long.toString(place.offset())))
                .addExternalData(entry(LENGTH, Long.toString(length)));
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
