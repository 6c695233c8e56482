package io.pepper.report.internal;

import java.util.List;
import java.util.OptionalLong;

/**
 * The content of a report on a model.
 *
 * @param title the model's name
 * @param facts short lines about the whole model
 * @param blocks the segments
 * @param flows the tensors between segments
 * @param steps all operators, along the horizontal axis
 * @param marks the cuts along the axis, ascending
 */
public record Drawing(
        String title, List<String> facts, List<Block> blocks, List<Flow> flows, List<Step> steps, List<Mark> marks) {
    /** The source of the model's inputs. */
    public static final int INPUT = -1;

    /** The destination of the model's outputs. */
    public static final int OUTPUT = -2;

    /**
     * Creates a drawing.
     *
     * @param title the model's name
     * @param facts short lines about the whole model
     * @param blocks the segments
     * @param flows the tensors between segments
     * @param steps all operators, along the horizontal axis
     * @param marks the cuts along the axis, ascending
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
     * @param index its index, from 0
     * @param flops its arithmetic; empty if unknown
     * @param weightBytes the bytes of its weights
     * @param operators its operators
     */
    public record Block(int index, OptionalLong flops, long weightBytes, List<Item> operators) {
        /**
         * Creates a segment.
         *
         * @param index its index, from 0
         * @param flops its arithmetic; empty if unknown
         * @param weightBytes the bytes of its weights
         * @param operators its operators
         */
        public Block {
            operators = List.copyOf(operators);
        }
    }

    /**
     * An operator of a segment.
     *
     * @param label its label
     * @param type its type
     * @param flops its arithmetic; empty if unknown
     * @param output the type and shape of its first output
     */
    public record Item(String label, String type, OptionalLong flops, String output) {}

    /**
     * The tensors that flow from one segment to another.
     *
     * @param from a segment, or {@link #INPUT}
     * @param to a segment, or {@link #OUTPUT}
     * @param tensors the tensors
     */
    public record Flow(int from, int to, List<Tensor> tensors) {
        /**
         * Creates a flow.
         *
         * @param from a segment, or {@link #INPUT}
         * @param to a segment, or {@link #OUTPUT}
         * @param tensors the tensors
         */
        public Flow {
            tensors = List.copyOf(tensors);
        }

        /**
         * Returns the size of the flow.
         *
         * @return the bytes of all tensors; empty if one is unknown
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
     * @param bytes its size; empty if unknown
     */
    public record Tensor(String name, String type, OptionalLong bytes) {}

    /**
     * One operator along the axis.
     *
     * @param label its label
     * @param type its type
     * @param flops its arithmetic; empty if unknown
     * @param liveBytes the bytes of tensors that are alive after it; empty if unknown
     */
    public record Step(String label, String type, OptionalLong flops, OptionalLong liveBytes) {}

    /**
     * A cut after a step.
     *
     * @param after the index of the step
     * @param width number of tensors that cross
     * @param label their names
     * @param bytes the bytes that cross; empty if unknown
     */
    public record Mark(int after, int width, String label, OptionalLong bytes) {}
}
