package io.pepper.predict;

import io.pepper.workload.Kernel;
import io.pepper.workload.Workload;

/** A fingerprint of the kernels of a piece, by which the same piece is recognised on another device. */
final class WorkKey {
    /** The 64-bit prime of Fowler, Noll and Vo's hash. */
    private static final long PRIME = 0x100000001b3L;

    private static final long START = 0xcbf29ce484222325L;
    private static final int ROTATION = 29;

    private WorkKey() {}

    /** Returns the fingerprint: equal for equal kernels in equal order. */
    static long of(Workload work) {
        long hash = START;
        for (Kernel kernel : work.kernels()) {
            for (char letter : kernel.family().name().toCharArray()) {
                hash = mixed(hash, letter);
            }
            hash = mixed(hash, kernel.times());
            hash = mixed(hash, kernel.flops().orElse(Double.NaN));
            hash = mixed(hash, kernel.inputBytes().orElse(Double.NaN));
            hash = mixed(hash, kernel.outputBytes().orElse(Double.NaN));
            hash = mixed(hash, kernel.weightBytes().orElse(Double.NaN));
            hash = mixed(hash, kernel.depth());
            hash = mixed(hash, kernel.channels());
            hash = mixed(hash, kernel.window());
            hash = mixed(hash, kernel.groups());
        }
        return hash;
    }

    private static long mixed(long hash, double value) {
        return mixed(hash, Double.doubleToLongBits(value));
    }

    private static long mixed(long hash, long value) {
        return Long.rotateLeft((hash ^ value) * PRIME, ROTATION) * PRIME;
    }
}
