package io.pepper.serving.internal;

import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import java.util.List;
import java.util.Optional;

/**
 * A tensor of a model as the protocol describes it.
 *
 * @param name the name
 * @param type the element type
 * @param shape the sizes, -1 for any size; empty if even the number of dimensions is open
 */
public record TensorSpec(String name, DataType type, Optional<List<Long>> shape) {
    /** The size of a dimension that may have any size. */
    public static final long ANY = -1;

    /**
     * Copies the shape.
     *
     * @param name the name
     * @param type the element type
     * @param shape the sizes, -1 for any size
     */
    public TensorSpec {
        shape = shape.map(List::copyOf);
    }

    /**
     * Describes a tensor of a model.
     *
     * @param tensor the tensor
     * @return its description
     * @throws IllegalArgumentException if the protocol cannot carry its type
     */
    public static TensorSpec of(TensorInfo tensor) {
        DataType type = tensor.type()
                .flatMap(ElementType::named)
                .flatMap(DataType::of)
                .orElseThrow(() -> new IllegalArgumentException("'" + tensor.name() + "' is "
                        + tensor.type().orElse("of unknown type")
                        + ", which the Open Inference Protocol cannot carry"));
        return new TensorSpec(tensor.name(), type, tensor.shape().map(TensorSpec::sizes));
    }

    /**
     * Describes a tensor of a server's answer.
     *
     * @param name its name
     * @param datatype the name of its element type
     * @param shape its sizes, -1 for any
     * @return its description
     * @throws ServingException if the type is none of the protocol, or a size is below -1
     */
    public static TensorSpec of(String name, String datatype, List<Long> shape) throws ServingException {
        DataType type = DataType.named(datatype)
                .orElseThrow(() -> ServingException.invalid("the server describes '" + name + "' with the datatype '"
                        + datatype + "', which is none of the protocol"));
        if (shape.stream().anyMatch(size -> size < ANY)) {
            throw ServingException.invalid("the server describes '" + name + "' with the shape " + shape);
        }
        return new TensorSpec(name, type, Optional.of(shape));
    }

    private static List<Long> sizes(List<Dimension> dimensions) {
        return dimensions.stream()
                .map(dimension -> dimension.size().orElse(ANY))
                .toList();
    }

    /**
     * Returns whether a tensor of another description can be one of this. An open size fits every size.
     *
     * @param other the type and shape of a tensor, or of tensors
     * @return whether the types are equal and no two fixed sizes differ
     */
    public boolean fits(TensorSpec other) {
        if (type != other.type) {
            return false;
        }
        if (shape.isEmpty() || other.shape.isEmpty()) {
            return true;
        }
        List<Long> mine = shape.get();
        List<Long> theirs = other.shape.get();
        boolean fits = mine.size() == theirs.size();
        for (int i = 0; fits && i < mine.size(); i++) {
            fits = mine.get(i) == ANY || theirs.get(i) == ANY || mine.get(i).equals(theirs.get(i));
        }
        return fits;
    }

    /**
     * Returns whether a tensor of a message can be one of this.
     *
     * @param header the tensor's header
     * @return whether the types are equal and no fixed size differs
     */
    public boolean fits(TensorHeader header) {
        return fits(new TensorSpec(header.name(), header.type(), Optional.of(header.shape())));
    }

    /** Returns a text such as {@code FP32 [-1,3,224,224]}. */
    @Override
    public String toString() {
        return type + " " + shape.map(TensorHeader::text).orElse("of any shape");
    }
}
