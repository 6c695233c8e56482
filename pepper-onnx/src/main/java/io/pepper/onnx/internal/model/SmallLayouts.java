package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.AttributeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The evaluation of operators that reshape small tensors or select elements of them. */
final class SmallLayouts {
    private static final Set<String> TYPES = Set.of(
            "Identity",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Flatten",
            "Shape",
            "Size",
            "Expand",
            "ConstantOfShape",
            "Gather",
            "Slice",
            "Concat");

    private final SmallTensor data;
    private final List<Optional<SmallTensor>> inputs;
    private final Map<String, AttributeProto> attributes;

    private SmallLayouts(SmallTensor data, List<Optional<SmallTensor>> inputs, Map<String, AttributeProto> attributes) {
        this.data = data;
        this.inputs = inputs;
        this.attributes = attributes;
    }

    static boolean isFollowed(String type) {
        return TYPES.contains(type);
    }

    static Optional<SmallTensor> of(
            String type, SmallTensor data, List<Optional<SmallTensor>> inputs, Map<String, AttributeProto> attributes) {
        SmallLayouts layouts = new SmallLayouts(data, inputs, attributes);
        return switch (type) {
            case "Identity" -> Optional.of(data);
            case "Reshape" -> layouts.reshaped();
            case "Squeeze" -> layouts.squeezed();
            case "Unsqueeze" -> layouts.unsqueezed();
            case "Flatten" -> layouts.flattened();
            case "Shape" ->
                layouts.attribute("start").isEmpty() && layouts.attribute("end").isEmpty()
                        ? SmallTensor.integers(data.shape())
                        : Optional.empty();
            case "Size" -> Optional.of(SmallTensor.scalar(ElementType.INT64, data.elements().length));
            case "Expand" -> layouts.expanded();
            case "ConstantOfShape" -> layouts.filled();
            case "Gather" -> layouts.gathered();
            case "Slice" -> layouts.sliced();
            case "Concat" -> layouts.joined();
            default -> Optional.empty();
        };
    }

    private Optional<AttributeProto> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    /** Returns numbers that older operator sets have as an attribute and newer ones as an input. */
    static Optional<List<Long>> numbers(
            String name, int at, List<Optional<SmallTensor>> inputs, Map<String, AttributeProto> attributes) {
        if (at < inputs.size()) {
            return inputs.get(at).map(SmallTensor::whole);
        }
        return Optional.ofNullable(attributes.get(name)).map(AttributeProto::getIntsList);
    }

    private Optional<List<Long>> numbers(String name, int at) {
        return numbers(name, at, inputs, attributes);
    }

    private Optional<SmallTensor> reshaped() {
        boolean zeros =
                attribute("allowzero").filter(value -> value.getI() != 0).isPresent();
        return numbers("shape", 1).flatMap(asked -> {
            List<Long> shape = new ArrayList<>();
            long known = 1;
            for (int axis = 0; axis < asked.size(); axis++) {
                long size = asked.get(axis);
                size = size == 0 && !zeros && axis < data.shape().size()
                        ? data.shape().get(axis)
                        : size;
                shape.add(size);
                known *= size < 0 ? 1 : Math.min(size, SmallTensor.MAX_ELEMENTS + 1);
                known = Math.min(known, SmallTensor.MAX_ELEMENTS + 1);
            }
            if (shape.indexOf(-1L) >= 0 && known > 0) {
                shape.set(shape.indexOf(-1L), data.elements().length / known);
            }
            return data.in(shape);
        });
    }

    private Optional<SmallTensor> squeezed() {
        Optional<List<Long>> asked = numbers("axes", 1);
        if (asked.isEmpty() && inputs.size() > 1) {
            return Optional.empty();
        }
        Set<Integer> axes = new TreeSet<>();
        asked.ifPresent(given -> given.forEach(axis -> axes.add(data.axis(axis))));
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < data.shape().size(); axis++) {
            long size = data.shape().get(axis);
            if (asked.isPresent() ? !axes.contains(axis) : size != 1) {
                shape.add(size);
            }
        }
        return data.in(shape);
    }

    private Optional<SmallTensor> unsqueezed() {
        return numbers("axes", 1).flatMap(asked -> {
            int rank = data.shape().size() + asked.size();
            List<Long> shape = new ArrayList<>(data.shape());
            Set<Long> axes = new TreeSet<>();
            asked.forEach(axis -> axes.add(axis < 0 ? axis + rank : axis));
            for (long axis : axes) {
                if (axis < 0 || axis > shape.size()) {
                    return Optional.empty();
                }
                shape.add((int) axis, 1L);
            }
            return data.in(shape);
        });
    }

    private Optional<SmallTensor> flattened() {
        int rank = data.shape().size();
        long axis = attribute("axis").map(AttributeProto::getI).orElse(1L);
        long from = axis < 0 ? axis + rank : axis;
        if (from < 0 || from > rank) {
            return Optional.empty();
        }
        long before = SmallTensor.count(data.shape().subList(0, (int) from));
        long after = SmallTensor.count(data.shape().subList((int) from, rank));
        return data.in(List.of(before, after));
    }

    /** Returns a tensor of one element, expanded to a shape. */
    private Optional<SmallTensor> expanded() {
        Optional<List<Long>> asked = numbers("shape", 1);
        boolean one = data.elements().length == 1
                && data.shape().size() <= asked.map(List::size).orElse(0);
        return one ? asked.flatMap(shape -> repeated(data.type(), data.elements()[0], shape)) : Optional.empty();
    }

    private Optional<SmallTensor> filled() {
        Optional<AttributeProto> given = attribute("value");
        Optional<SmallTensor> value = given.isPresent()
                ? given.flatMap(attribute -> SmallTensor.of(attribute.getT()))
                : Optional.of(SmallTensor.scalar(ElementType.FLOAT, 0));
        return value.filter(one -> one.elements().length == 1)
                .flatMap(one -> repeated(one.type(), one.elements()[0], data.whole()));
    }

    private static Optional<SmallTensor> repeated(ElementType type, double element, List<Long> shape) {
        int count = SmallTensor.count(shape);
        if (count < 0) {
            return Optional.empty();
        }
        return SmallTensor.of(
                type,
                shape,
                Collections.nCopies(count, element).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }

    private Optional<SmallTensor> gathered() {
        int axis = data.axis(attribute("axis").map(AttributeProto::getI).orElse(0L));
        if (axis < 0 || inputs.size() < 2 || inputs.get(1).isEmpty()) {
            return Optional.empty();
        }
        SmallTensor indices = inputs.get(1).get();
        List<Integer> places = new ArrayList<>();
        long size = data.shape().get(axis);
        for (long index : indices.whole()) {
            long counted = index < 0 ? index + size : index;
            if (counted < 0 || counted >= size) {
                return Optional.empty();
            }
            places.add((int) counted);
        }
        List<Long> shape = new ArrayList<>(data.shape().subList(0, axis));
        shape.addAll(indices.shape());
        shape.addAll(data.shape().subList(axis + 1, data.shape().size()));
        return selected(data, axis, places).flatMap(found -> found.in(shape));
    }

    /** Returns selected indices of one axis, possibly reordered or repeated. */
    private static Optional<SmallTensor> selected(SmallTensor from, int axis, List<Integer> places) {
        List<Long> shape = new ArrayList<>(from.shape());
        shape.set(axis, (long) places.size());
        int count = SmallTensor.count(shape);
        if (count < 0) {
            return Optional.empty();
        }
        int inner = SmallTensor.count(from.shape().subList(axis + 1, shape.size()));
        int size = from.shape().get(axis).intValue();
        double[] elements = new double[count];
        for (int i = 0; i < count; i++) {
            int outer = i / inner / places.size();
            int place = places.get(i / inner % places.size());
            elements[i] = from.elements()[(outer * size + place) * inner + i % inner];
        }
        return SmallTensor.of(from.type(), shape, elements);
    }

    private Optional<SmallTensor> sliced() {
        Optional<List<Long>> starts = numbers("starts", 1);
        Optional<List<Long>> ends = numbers("ends", 2);
        if (starts.isEmpty()
                || ends.isEmpty()
                || starts.get().size() != ends.get().size()) {
            return Optional.empty();
        }
        int count = starts.get().size();
        List<Long> axes = numbers("axes", 3).orElseGet(() -> inputs.size() > 3 ? List.of() : first(count));
        List<Long> steps = numbers("steps", 4).orElseGet(() -> inputs.size() > 4 ? List.of() : ones(count));
        Optional<SmallTensor> found = Optional.of(data);
        for (int i = 0; i < count && found.isPresent(); i++) {
            boolean given = i < axes.size() && i < steps.size() && data.axis(axes.get(i)) >= 0 && steps.get(i) > 0;
            if (!given) {
                return Optional.empty();
            }
            int axis = data.axis(axes.get(i));
            long size = found.get().shape().get(axis);
            long end = within(ends.get().get(i), size);
            List<Integer> places = new ArrayList<>();
            for (long at = within(starts.get().get(i), size); at < end; at += Math.min(steps.get(i), size)) {
                places.add((int) at);
            }
            found = places.isEmpty() ? Optional.empty() : selected(found.get(), axis, places);
        }
        return found;
    }

    private static List<Long> first(int count) {
        List<Long> axes = new ArrayList<>();
        for (long axis = 0; axis < count; axis++) {
            axes.add(axis);
        }
        return axes;
    }

    private static List<Long> ones(int count) {
        return Collections.nCopies(count, 1L);
    }

    private static long within(long index, long size) {
        return Math.min(Math.max(index < 0 ? index + size : index, 0), size);
    }

    private Optional<SmallTensor> joined() {
        int axis = data.axis(attribute("axis").map(AttributeProto::getI).orElse(1L));
        if (axis < 0 || inputs.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        List<SmallTensor> all = inputs.stream().flatMap(Optional::stream).toList();
        List<Long> shape = new ArrayList<>(data.shape());
        shape.set(axis, 0L);
        for (SmallTensor next : all) {
            boolean like = next.shape().size() == shape.size() && next.type() == data.type();
            for (int i = 0; like && i < shape.size(); i++) {
                like = i == axis || next.shape().get(i).equals(shape.get(i));
            }
            if (!like) {
                return Optional.empty();
            }
            shape.set(axis, shape.get(axis) + next.shape().get(axis));
        }
        int count = SmallTensor.count(shape);
        return count <= 0 ? Optional.empty() : SmallTensor.of(data.type(), shape, joined(all, axis, count));
    }

    private static double[] joined(List<SmallTensor> all, int axis, int count) {
        double[] elements = new double[count];
        int outer = SmallTensor.count(all.get(0).shape().subList(0, axis));
        int at = 0;
        for (int block = 0; block < outer; block++) {
            for (SmallTensor next : all) {
                int length = next.elements().length / outer;
                System.arraycopy(next.elements(), block * length, elements, at, length);
                at += length;
            }
        }
        return elements;
    }
}
