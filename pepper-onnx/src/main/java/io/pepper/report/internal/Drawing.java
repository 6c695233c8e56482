package io.pepper.report.internal;

import java.util.List;
import java.util.OptionalLong;

/**
 * What is to be seen of a model.
 *
 * @param title the model's name
 * @param facts short lines about the whole
 * @param blocks the segments
 * @param flows the tensors between segments
 * @param steps all operators, along the horizontal axis
 * @param marks the cuts along it, ascending
 */
public record Drawing(
        String title, List<String> facts, List<Block> blocks, List<Flow> flows, List<Step> steps, List<Mark> marks) {
    /** Where the inputs of the model come from. */
    public static final int INPUT = -1;

    /** Where the outputs of the model go. */
    public static final int OUTPUT = -2;

    /**
     * Copies the lists.
     *
     * @param title see the record
     * @param facts see the record
     * @param blocks see the record
     * @param flows see the record
     * @param steps see the record
     * @param marks see the record
     */
    public Drawing {
        facts = List.copyOf(facts);
        blocks = List.copyOf(blocks);
        flows = List.copyOf(flows);
        steps = List.copyOf(steps);
        marks = List.copyOf(marks);
    }

    /**
     * A segment with its operators in order.
     *
     * @param index its place among the segments, from 0
     * @param flops its arithmetic, if known
     * @param weightBytes the bytes of its weights
     * @param operators its operators
     */
    public record Block(int index, OptionalLong flops, long weightBytes, List<Item> operators) {
        /**
         * Copies the list.
         *
         * @param index see the record
         * @param flops see the record
         * @param weightBytes see the record
         * @param operators see the record
         */
        public Block {
            operators = List.copyOf(operators);
        }
    }

    /**
     * An operator of a segment.
     *
     * @param label what to call it
     * @param type its type
     * @param flops its arithmetic, if known
     * @param output the type and shape of what it makes first
     */
    public record Item(String label, String type, OptionalLong flops, String output) {}

    /**
     * Tensors that flow from one segment to another.
     *
     * @param from a segment, or {@link #INPUT}
     * @param to a segment, or {@link #OUTPUT}
     * @param tensors the tensors
     */
    public record Flow(int from, int to, List<Tensor> tensors) {
        /**
         * Copies the list.
         *
         * @param from see the record
         * @param to see the record
         * @param tensors see the record
         */
        public Flow {
            tensors = List.copyOf(tensors);
        }

        /**
         * How much flows.
         *
         * @return the bytes of all tensors, empty if one is not known
         */
        public OptionalLong bytes() {
            long sum = 0;
            for (Tensor tensor : tensors) {
                if (tensor.bytes.isEmpty()) {
                    return tensor.bytes;
                }
                sum += tensor.bytes.getAsLong();
            }
            return OptionalLong.of(sum);
        }
    }

    /**
     * A tensor.
     *
     * @param name its name
     * @param type its type and shape
     * @param bytes its size, if known
     */
    public record Tensor(String name, String type, OptionalLong bytes) {}

    /**
     * One operator along the axis.
     *
     * @param label what to call it
     * @param type its type
     * @param flops its arithmetic, if known
     * @param liveBytes the bytes of tensors that are alive after it, if known
     */
    public record Step(String label, String type, OptionalLong flops, OptionalLong liveBytes) {}

    /**
     * A cut after a step.
     *
     * @param after the place of the step
     * @param width how many tensors cross
     * @param label their names
     * @param bytes how much crosses, if known
     */
    public record Mark(int after, int width, String label, OptionalLong bytes) {}
}
