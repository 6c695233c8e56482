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
 * Makes the tensors of a message refer to bytes in other files, in the way that ONNX knows: by location, offset and length.
 * Initializers and the values of Constant operators can be elsewhere; ONNX Runtime reads no others there. Nor can numbers be
 * elsewhere that are written in a form of their own, as 16-bit ones that stand in {@code int32_data}.
 */
public final class WeightRanges {
    private static final String LENGTH = "length";

    private WeightRanges() {}

    /** Says where bytes will be. */
    public interface Placement {
        /**
         * Places the bytes of a tensor.
         *
         * @param bytes little-endian elements, where they are now
         * @return where they will be; empty to leave the tensor as it is
         * @throws IOException if that cannot be said
         */
        Optional<Place> place(Payload bytes) throws IOException;
    }

    /**
     * Where bytes will be.
     *
     * @param location the file, as the model names it
     * @param offset where in the file they begin
     */
    public record Place(String location, long offset) {}

    /**
     * Makes tensors refer to other files.
     *
     * @param model a message whose large tensors refer to a table of payloads
     * @param payloads the table
     * @param placement says where the bytes will be
     * @return the same message, where the tensors that were placed refer to files
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
     * A file as a model names it.
     *
     * @param directory where the model is
     * @param file a file in that directory or below
     * @return the way from there, on every system with {@code /}
     */
    public static String location(Path directory, Path file) {
        List<String> names = new ArrayList<>();
        directory.relativize(file).forEach(name -> names.add(name.toString()));
        return String.join("/", names);
    }

    /**
     * The bytes that a tensor takes from another file.
     *
     * @param tensor a tensor, as {@link #moved} leaves it
     * @return 0 if it refers to none
     */
    public static long referred(TensorProto tensor) {
        return tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals(LENGTH))
                .mapToLong(entry -> Long.parseLong(entry.getValue()))
                .sum();
    }

    /**
     * The bytes that the tensors in an operator's attributes take from other files.
     *
     * @param node an operator, as {@link #moved} leaves it
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
