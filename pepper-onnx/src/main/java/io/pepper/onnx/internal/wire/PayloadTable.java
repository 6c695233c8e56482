package io.pepper.onnx.internal.wire;

import com.google.protobuf.UnknownFieldSet;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The payloads that were taken out of a model, or that lie in other files. Tensors refer to them by index. Immutable. */
public final class PayloadTable {
    /** Stands in a tensor for payloads that were taken out: a number that ONNX leaves free, the last there is. */
    static final int MARKER = 536_870_911;

    private final List<Payload> payloads;

    private PayloadTable(List<Payload> payloads) {
        this.payloads = List.copyOf(payloads);
    }

    /** Collects payloads. */
    public static final class Builder {
        private final List<Payload> payloads = new ArrayList<>();

        /** Begins with none. */
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
         * Ends.
         *
         * @return the table
         */
        public PayloadTable build() {
            return new PayloadTable(payloads);
        }
    }

    /**
     * A builder that begins with these payloads.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.payloads.addAll(payloads);
        return builder;
    }

    /**
     * How many payloads there are.
     *
     * @return 0 or more
     */
    public int size() {
        return payloads.size();
    }

    /**
     * All payloads.
     *
     * @return one after the other
     */
    public Stream<Payload> stream() {
        return payloads.stream();
    }

    /**
     * One payload.
     *
     * @param index its index
     * @return the payload
     */
    public Payload get(int index) {
        return payloads.get(index);
    }

    /**
     * Makes a tensor refer to a payload, which takes the place of all elements that the tensor holds or refers to.
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
     * Makes a tensor refer to no payload.
     *
     * @param tensor the tensor
     */
    public static void detach(TensorProto.Builder tensor) {
        tensor.setUnknownFields(
                tensor.getUnknownFields().toBuilder().clearField(MARKER).build());
    }

    /**
     * The payloads of a tensor.
     *
     * @param tensor the tensor
     * @return the payloads that it refers to, in the order of its elements; empty if it holds all elements itself
     */
    public List<Payload> of(TensorProto tensor) {
        return tensor.getUnknownFields().getField(MARKER).getVarintList().stream()
                .map(index -> get(Math.toIntExact(index)))
                .toList();
    }

    /**
     * Whether elements of a tensor stand elsewhere.
     *
     * @param tensor the tensor
     * @return true if it refers to a payload
     */
    public boolean isTakenOut(TensorProto tensor) {
        return tensor.getUnknownFields().hasField(MARKER);
    }

    /**
     * How many bytes a tensor's elements take as they are written down, here or elsewhere.
     *
     * @param tensor the tensor
     * @return the bytes of its fields of elements, about: strings count with their contents only
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
