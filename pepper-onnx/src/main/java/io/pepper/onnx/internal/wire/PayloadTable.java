package io.pepper.onnx.internal.wire;

import com.google.protobuf.UnknownFieldSet;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The payloads that were taken out of a model, or that are in other files. Tensors refer to them by index. Immutable.
 */
public final class PayloadTable {
    /** The field number that marks payloads in a tensor: the largest number, which ONNX does not use. */
    static final int MARKER = 536_870_911;

    private final List<Payload> payloads;

    private PayloadTable(List<Payload> payloads) {
        this.payloads = List.copyOf(payloads);
    }

    /** A builder of a table. */
    public static final class Builder {
        private final List<Payload> payloads = new ArrayList<>();

        /** Creates an empty builder. */
        public Builder() {}

        /**
         * Adds a payload.
         *
         * @param payload the payload
         * @return its index
         */
        public int add(Payload payload) {
            payloads.add(payload);
            return payloads.size() - 1;
        }

        /**
         * Creates the table.
         *
         * @return the table
         */
        public PayloadTable build() {
            return new PayloadTable(payloads);
        }
    }

    /**
     * Returns a builder that starts with these payloads.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.payloads.addAll(payloads);
        return builder;
    }

    /**
     * Returns the number of payloads.
     *
     * @return 0 or more
     */
    public int size() {
        return payloads.size();
    }

    /**
     * Returns all payloads.
     *
     * @return the payloads in the order of their indices
     */
    public Stream<Payload> stream() {
        return payloads.stream();
    }

    /**
     * Returns one payload.
     *
     * @param index its index
     * @return the payload
     */
    public Payload get(int index) {
        return payloads.get(index);
    }

    /**
     * Makes a tensor refer to a payload, which replaces all elements that the tensor contains or refers to.
     *
     * @param tensor the tensor
     * @param index the payload's index
     */
    public static void attach(TensorProto.Builder tensor, int index) {
        UnknownFieldSet.Field field =
                UnknownFieldSet.Field.newBuilder().addVarint(index).build();
        tensor.clearFloatData().clearInt32Data().clearStringData().clearInt64Data();
        tensor.clearRawData().clearDoubleData().clearUint64Data();
        tensor.setUnknownFields(tensor.getUnknownFields().toBuilder()
                .clearField(MARKER)
                .addField(MARKER, field)
                .build());
    }

    /**
     * Removes a tensor's references to payloads.
     *
     * @param tensor the tensor
     */
    public static void detach(TensorProto.Builder tensor) {
        tensor.setUnknownFields(
                tensor.getUnknownFields().toBuilder().clearField(MARKER).build());
    }

    /**
     * Returns the payloads of a tensor.
     *
     * @param tensor the tensor
     * @return the payloads that it refers to, in the order of its elements; empty if it contains all elements itself
     */
    public List<Payload> of(TensorProto tensor) {
        return tensor.getUnknownFields().getField(MARKER).getVarintList().stream()
                .map(index -> get(Math.toIntExact(index)))
                .toList();
    }

    /**
     * Returns whether elements of a tensor are elsewhere.
     *
     * @param tensor the tensor
     * @return true if it refers to a payload
     */
    public boolean isTakenOut(TensorProto tensor) {
        return tensor.getUnknownFields().hasField(MARKER);
    }

    /**
     * Returns the encoded size of a tensor's elements, here or elsewhere.
     *
     * @param tensor the tensor
     * @return the approximate bytes of its fields of elements: strings count with their contents only
     */
    public long bytes(TensorProto tensor) {
        long bytes = tensor.getRawData().size();
        bytes += tensor.getStringDataList().stream()
                .mapToLong(text -> text.size())
                .sum();
        bytes += 4L * tensor.getFloatDataCount() + 4L * tensor.getInt32DataCount();
        bytes += 8L * tensor.getInt64DataCount() + 8L * tensor.getDoubleDataCount() + 8L * tensor.getUint64DataCount();
        for (Payload payload : of(tensor)) {
            bytes += payload.length();
        }
        return bytes;
    }
}
