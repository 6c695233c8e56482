package io.pepper.predict.internal.learn;

import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The families of which measurements say too little, each with the most similar family of which they say enough. A
 * coefficient that nothing but its family's small part of some sums determines takes up the errors of all others.
 */
final class Neighbours {
    /** Share of a record's time from which on the record says something about a family. */
    private static final double SHARE = 0.03;

    /** Number of different kernels that tell the cost of a kernel from that of its operations and bytes. */
    private static final int KERNELS = 3;

    private static final Map<KernelFamily, List<KernelFamily>> SIMILAR = similar();

    /** Groups of families whose hard amounts are in the same unit. */
    private static final List<Set<KernelFamily>> SAME_HARD = List.of(
            EnumSet.of(KernelFamily.COPY, KernelFamily.CONCATENATION, KernelFamily.MOVEMENT),
            EnumSet.of(KernelFamily.BLOCKING, KernelFamily.UNBLOCKING),
            EnumSet.of(KernelFamily.CONVOLUTION, KernelFamily.POINTWISE_CONVOLUTION));

    private final Map<KernelFamily, Set<Kernel>> seen = new EnumMap<>(KernelFamily.class);

    private static Map<KernelFamily, List<KernelFamily>> similar() {
        Map<KernelFamily, List<KernelFamily>> similar = new EnumMap<>(KernelFamily.class);
        put(similar, "CONVOLUTION UNFOLDED_CONVOLUTION POINTWISE_CONVOLUTION PRODUCT");
        put(similar, "POINTWISE_CONVOLUTION CONVOLUTION PRODUCT UNFOLDED_CONVOLUTION");
        put(similar, "NARROW_CONVOLUTION CONVOLUTION UNFOLDED_CONVOLUTION");
        put(similar, "UNFOLDED_CONVOLUTION CONVOLUTION POINTWISE_CONVOLUTION PRODUCT");
        put(similar, "TRANSPOSED_CONVOLUTION UNFOLDED_CONVOLUTION CONVOLUTION PRODUCT");
        put(similar, "DEPTHWISE_CONVOLUTION UNFOLDED_CONVOLUTION POOLING UNBLOCKED_POOLING");
        put(similar, "PRODUCT POINTWISE_CONVOLUTION CONVOLUTION");
        put(similar, "QUANTIZED PRODUCT POINTWISE_CONVOLUTION");
        put(similar, "QUANTIZATION ELEMENTWISE");
        put(similar, "ATTENTION PRODUCT");
        put(similar, "RECURRENT PRODUCT");
        put(similar, "POOLING UNBLOCKED_POOLING DEPTHWISE_CONVOLUTION");
        put(similar, "UNBLOCKED_POOLING POOLING DEPTHWISE_CONVOLUTION");
        put(similar, "NORMALIZATION LAYER_NORMALIZATION SUM_NORMALIZATION ELEMENTWISE");
        put(similar, "LAYER_NORMALIZATION SUM_NORMALIZATION NORMALIZATION ELEMENTWISE");
        put(similar, "SUM_NORMALIZATION LAYER_NORMALIZATION NORMALIZATION ELEMENTWISE");
        put(similar, "LOCAL_NORMALIZATION TRANSCENDENTAL NORMALIZATION ELEMENTWISE");
        put(similar, "ELEMENTWISE CONCATENATION COPY");
        put(similar, "EXPONENTIAL SIGMOID ERROR_FUNCTION TRANSCENDENTAL ELEMENTWISE");
        put(similar, "SIGMOID EXPONENTIAL ERROR_FUNCTION TRANSCENDENTAL ELEMENTWISE");
        put(similar, "ERROR_FUNCTION SIGMOID EXPONENTIAL TRANSCENDENTAL ELEMENTWISE");
        put(similar, "TRANSCENDENTAL EXPONENTIAL SIGMOID ERROR_FUNCTION ELEMENTWISE");
        put(similar, "RESIZING UNBLOCKED_POOLING ELEMENTWISE");
        put(similar, "TRANSPOSITION BLOCKING UNBLOCKING COPY CONCATENATION ELEMENTWISE");
        put(similar, "CONCATENATION COPY MOVEMENT ELEMENTWISE");
        put(similar, "COPY CONCATENATION MOVEMENT ELEMENTWISE");
        put(similar, "PADDING CONCATENATION COPY ELEMENTWISE");
        put(similar, "MOVEMENT COPY CONCATENATION ELEMENTWISE");
        put(similar, "BLOCKING UNBLOCKING TRANSPOSITION");
        put(similar, "UNBLOCKING BLOCKING TRANSPOSITION");
        return similar;
    }

    private static void put(Map<KernelFamily, List<KernelFamily>> similar, String names) {
        List<KernelFamily> families = List.of(names.split(" ", -1)).stream()
                .map(KernelFamily::valueOf)
                .toList();
        similar.put(families.get(0), families.subList(1, families.size()));
    }

    /** Notes that a family takes a share of the time of a record. */
    void see(KernelFamily family, Workload work, double share) {
        if (share >= SHARE) {
            Set<Kernel> kernels = seen.computeIfAbsent(family, none -> new HashSet<>());
            for (Kernel kernel : work.kernels()) {
                if (kernel.family() == family && kernels.size() < KERNELS) {
                    kernels.add(kernel.withTimes(1));
                }
            }
        }
    }

    private boolean isEvident(KernelFamily family) {
        return seen.getOrDefault(family, Collections.emptySet()).size() >= KERNELS;
    }

    /** Returns the families that borrow, each with the first similar one that is evident; those without one are absent. */
    Map<KernelFamily, KernelFamily> borrowed(Collection<KernelFamily> families) {
        Map<KernelFamily, KernelFamily> borrowed = new EnumMap<>(KernelFamily.class);
        for (KernelFamily family : families) {
            if (!isEvident(family)) {
                Optional<KernelFamily> from = SIMILAR.getOrDefault(family, List.of()).stream()
                        .filter(this::isEvident)
                        .findFirst();
                from.ifPresent(other -> borrowed.put(family, other));
            }
        }
        return borrowed;
    }

    /** Returns whether the hard amounts of two families are in the same unit. */
    static boolean shareHard(KernelFamily one, KernelFamily other) {
        return SAME_HARD.stream().anyMatch(group -> group.contains(one) && group.contains(other));
    }
}
