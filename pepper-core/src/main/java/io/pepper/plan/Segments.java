package io.pepper.plan;

import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of a model and the flows between them: the vertices and edges of the graph that a {@link Planner} places
 * on devices. In a chain, each segment feeds only the next one.
 */
public interface Segments {
    /**
     * Returns the number of segments.
     *
     * @return 1 or more
     */
    int count();

    /**
     * Returns the work of neighbouring segments that run as one piece.
     *
     * @param from the first segment
     * @param to the segment after the last; {@code from + 1} unless the segments {@linkplain #isChain form a chain}
     * @return the work
     */
    Workload workload(int from, int to);

    /**
     * Returns the flows between segments, including the inputs and outputs of the model.
     *
     * @return the flows; for a chain, in its order: the inputs of the model, the tensors that cross each cut, the
     *     outputs of the model
     */
    List<Flow> flows();

    /**
     * Returns whether each segment feeds only the next one, by one flow. Neighbouring segments of a chain that are
     * placed on the same device run as one piece.
     *
     * @return whether the flows are those of a chain
     */
    default boolean isChain() {
        return Flow.areOfChain(count(), flows());
    }

    /**
     * A message from one segment to others: a tensor, or all tensors that cross a cut of a chain.
     *
     * @param producer the segment that sends it, or {@link #INPUT}
     * @param readers the segments that read it, ascending, each after the producer; may be none
     * @param isOutput whether it holds outputs of the model
     * @param bytes its size
     */
    record Flow(int producer, List<Integer> readers, boolean isOutput, double bytes) {
        /** The producer of the model's inputs. */
        public static final int INPUT = -1;

        /**
         * Sorts the readers and checks the values.
         *
         * @param producer a segment, or {@link #INPUT}
         * @param readers segments after the producer; may be none
         * @param isOutput whether it holds outputs of the model
         * @param bytes 0 or more
         * @throws IllegalArgumentException if a reader is not after the producer, or the size is negative or infinite
         */
        public Flow {
            readers = readers.stream().distinct().sorted().toList();
            if (producer < INPUT || (!readers.isEmpty() && readers.get(0) <= producer)) {
                throw new IllegalArgumentException(
                        "the readers " + readers + " of a flow come after its producer " + producer);
            }
            if (!(bytes >= 0 && bytes < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a flow cannot have " + bytes + " bytes");
            }
        }

        /**
         * Returns an input of the model.
         *
         * @param bytes 0 or more
         * @param readers the segments that read it
         * @return the flow
         */
        public static Flow input(double bytes, Integer... readers) {
            return new Flow(INPUT, List.of(readers), false, bytes);
        }

        /**
         * Returns a flow from one segment to others.
         *
         * @param producer the segment that sends it
         * @param bytes 0 or more
         * @param readers the segments that read it, each after the producer
         * @return the flow
         */
        public static Flow between(int producer, double bytes, Integer... readers) {
            return new Flow(producer, List.of(readers), false, bytes);
        }

        /**
         * Returns an output of the model that no segment reads.
         *
         * @param producer the segment that makes it
         * @param bytes 0 or more
         * @return the flow
         */
        public static Flow output(int producer, double bytes) {
            return new Flow(producer, List.of(), true, bytes);
        }

        /**
         * Returns the flows of a chain.
         *
         * @param cutBytes the bytes of the model's inputs, of the tensors that cross each cut, and of the model's
         *     outputs: one number more than segments
         * @return the flows in that order
         * @throws IllegalArgumentException if there are fewer than two
         */
        public static List<Flow> ofChain(double... cutBytes) {
            if (cutBytes.length < 2) {
                throw new IllegalArgumentException("a chain has inputs and outputs, found " + cutBytes.length);
            }
            List<Flow> flows = new ArrayList<>();
            for (int cut = 0; cut < cutBytes.length - 1; cut++) {
                flows.add(new Flow(cut - 1, List.of(cut), false, cutBytes[cut]));
            }
            flows.add(output(cutBytes.length - 2, cutBytes[cutBytes.length - 1]));
            return List.copyOf(flows);
        }

        static boolean areOfChain(int segments, List<Flow> flows) {
            if (flows.size() != segments + 1) {
                return false;
            }
            for (int cut = 0; cut <= segments; cut++) {
                Flow flow = flows.get(cut);
                List<Integer> readers = cut < segments ? List.of(cut) : List.of();
                if (flow.producer != cut - 1 || !flow.readers.equals(readers) || flow.isOutput != (cut == segments)) {
                    return false;
                }
            }
            return true;
        }
    }
}
