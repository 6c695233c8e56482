package io.pepper.predict;

import io.pepper.internal.text.Quantities;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.KernelTotals;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The measured work of each family of kernels: the largest kernel, and the largest total of a piece. Unknown amounts
 * count as 0. Immutable.
 */
final class FamilyEvidence {
    /** Work counts as measured up to this factor. */
    private static final double MARGIN = 1.25;

    /** Share of a piece's work, at least, that a family must have to cast doubt on the prediction. */
    private static final double NOTABLE = 0.02;

    private final Map<KernelFamily, Most> families;

    /**
     * The largest measured amounts of a family.
     *
     * @param kernelFlops operations of a kernel
     * @param kernelBytes bytes of a kernel
     * @param flops operations of all kernels of a piece
     * @param bytes bytes of all kernels of a piece
     */
    record Most(double kernelFlops, double kernelBytes, double flops, double bytes) {
        private static final Most NONE = new Most(0, 0, 0, 0);

        private Most or(double oneFlops, double oneBytes, KernelTotals all) {
            return new Most(
                    Math.max(kernelFlops, oneFlops),
                    Math.max(kernelBytes, oneBytes),
                    Math.max(flops, all.flops().orElse(0)),
                    Math.max(bytes, all.bytes().orElse(0)));
        }
    }

    FamilyEvidence(Map<KernelFamily, Most> families) {
        this.families = Collections.unmodifiableMap(new EnumMap<>(families));
    }

    /** Returns the evidence of measured pieces. */
    static FamilyEvidence of(Collection<Workload> works) {
        Map<KernelFamily, Most> families = new EnumMap<>(KernelFamily.class);
        works.forEach(work -> add(work, families));
        return new FamilyEvidence(families);
    }

    private static void add(Workload work, Map<KernelFamily, Most> families) {
        for (Kernel kernel : work.kernels()) {
            Most before = families.getOrDefault(kernel.family(), Most.NONE);
            families.put(
                    kernel.family(),
                    before.or(kernel.flops().orElse(0), kernel.bytes().orElse(0), work.of(kernel.family())));
        }
    }

    Map<KernelFamily, Most> families() {
        return families;
    }

    /** Returns whether a family with a notable share of the work exceeds what was measured of it. */
    boolean isBeyond(Workload work) {
        Map<KernelFamily, Most> own = new EnumMap<>(KernelFamily.class);
        add(work, own);
        return own.keySet().stream().anyMatch(family -> isNotable(work, family) && isBeyond(own, family));
    }

    private boolean isBeyond(Map<KernelFamily, Most> own, KernelFamily family) {
        Most now = own.getOrDefault(family, Most.NONE);
        Most seen = families.getOrDefault(family, Most.NONE);
        return now.kernelFlops > MARGIN * seen.kernelFlops
                || now.kernelBytes > MARGIN * seen.kernelBytes
                || now.flops > MARGIN * seen.flops
                || now.bytes > MARGIN * seen.bytes;
    }

    private static boolean isNotable(Workload work, KernelFamily family) {
        return cost(work.of(family)) > NOTABLE * cost(work.total());
    }

    private static double cost(KernelTotals totals) {
        return totals.flops().orElse(0)
                + Workload.FLOPS_PER_BYTE * totals.bytes().orElse(0);
    }

    /** Returns why the times of a piece are extrapolated: a phrase for each family. */
    List<String> reasons(Workload work) {
        Map<KernelFamily, Most> own = new EnumMap<>(KernelFamily.class);
        add(work, own);
        List<String> reasons = new ArrayList<>();
        own.forEach((family, now) -> {
            if (isNotable(work, family) && isBeyond(own, family)) {
                reasons.add(reason(family, now));
            }
        });
        return reasons;
    }

    private String reason(KernelFamily family, Most now) {
        String name = family.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        Most seen = families.get(family);
        if (seen == null) {
            return name + ": no measured piece has such a kernel";
        } else if (now.kernelBytes > MARGIN * seen.kernelBytes) {
            return name + ": a kernel of " + Quantities.bytes(now.kernelBytes) + ", measured up to "
                    + Quantities.bytes(seen.kernelBytes);
        } else if (now.kernelFlops > MARGIN * seen.kernelFlops) {
            return name + ": a kernel of " + Quantities.decimal(now.kernelFlops, "FLOPs") + ", measured up to "
                    + Quantities.decimal(seen.kernelFlops, "FLOPs");
        } else if (now.bytes > MARGIN * seen.bytes) {
            return name + ": " + Quantities.bytes(now.bytes) + " in all, measured up to "
                    + Quantities.bytes(seen.bytes);
        }
        return name + ": " + Quantities.decimal(now.flops, "FLOPs") + " in all, measured up to "
                + Quantities.decimal(seen.flops, "FLOPs");
    }
}
