package io.pepper.monitor.internal.machine;

import java.util.BitSet;
import java.util.OptionalLong;

/** Lists of processors in Linux's syntax, {@code 0-3,8}. */
final class CpuList {
    private static final int MOST = 1 << 16;

    private CpuList() {}

    /** Returns the numbers of a list; malformed ranges are skipped. */
    static BitSet read(String list) {
        BitSet numbers = new BitSet();
        for (String range : list.strip().split(",", -1)) {
            String[] ends = range.split("-", 2);
            OptionalLong first = SystemFiles.number(ends[0]);
            OptionalLong last = SystemFiles.number(ends[ends.length - 1]);
            if (first.isPresent() && last.isPresent() && last.getAsLong() < MOST) {
                int from = (int) Math.min(first.getAsLong(), last.getAsLong());
                numbers.set(from, (int) last.getAsLong() + 1);
            }
        }
        return numbers;
    }
}
