package io.pepper.monitor.internal.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The processor time that control groups grant to this process. Immutable and therefore thread-safe. */
final class CpuGroups {
    private static final double MICROS = 1e-6;
    private static final double NANOS = 1e-9;

    private final SystemFiles files;
    private final Optional<ControlGroups.Levels> cpu;
    private final Optional<ControlGroups.Levels> accounts;

    CpuGroups(SystemFiles files, ControlGroups groups) {
        this.files = files;
        this.cpu = groups.of("cpu");
        this.accounts = groups.of("cpuacct");
    }

    /**
     * The current counters of one group with a quota.
     *
     * @param quotaCores the quota, in cores
     * @param usedSeconds the used processor time, in seconds; empty if it is not counted for this group
     * @param periods number of periods in which the quota was enforced
     * @param throttled number of periods in which the group was stopped because the quota was spent
     */
    record Level(double quotaCores, OptionalDouble usedSeconds, OptionalLong periods, OptionalLong throttled) {}

    /** Returns the groups with a quota, from the process's own group upwards. */
    List<Level> levels() {
        List<Level> levels = new ArrayList<>();
        for (Path directory : cpu.map(ControlGroups.Levels::directories).orElse(List.of())) {
            OptionalDouble quota = quota(directory);
            if (quota.isPresent()) {
                Path stat = directory.resolve("cpu.stat");
                levels.add(new Level(
                        quota.getAsDouble(),
                        used(directory),
                        files.number(stat, "nr_periods"),
                        files.number(stat, "nr_throttled")));
            }
        }
        return levels;
    }

    /** Returns whether groups can be read at all: only then does the absence of a quota mean that there is none. */
    boolean isKnown() {
        return cpu.isPresent();
    }

    private OptionalDouble quota(Path directory) {
        String[] words =
                files.text(directory.resolve("cpu.max")).orElse("").strip().split("\\s+", 2);
        OptionalLong quota = SystemFiles.number(words[0]);
        OptionalLong period = words.length > 1 ? SystemFiles.number(words[1]) : OptionalLong.empty();
        if (cpu.isPresent() && !cpu.get().unified()) {
            quota = files.number(directory.resolve("cpu.cfs_quota_us")); // -1 means no quota.
            period = files.number(directory.resolve("cpu.cfs_period_us"));
        }
        return quota.orElse(0) > 0 && period.orElse(0) > 0
                ? OptionalDouble.of((double) quota.getAsLong() / period.getAsLong())
                : OptionalDouble.empty();
    }

    /** Version 1 counts processor time in a separate hierarchy, where the same group may be absent. */
    private OptionalDouble used(Path directory) {
        if (cpu.isEmpty() || cpu.get().unified()) {
            return seconds(files.number(directory.resolve("cpu.stat"), "usage_usec"), MICROS);
        }
        Path group = cpu.get().mount().relativize(directory);
        return accounts.filter(levels -> !levels.unified())
                .map(levels -> levels.mount().resolve(group).normalize())
                .map(same -> seconds(files.number(same.resolve("cpuacct.usage")), NANOS))
                .orElse(OptionalDouble.empty());
    }

    private static OptionalDouble seconds(OptionalLong count, double unit) {
        return count.isPresent() ? OptionalDouble.of(count.getAsLong() * unit) : OptionalDouble.empty();
    }
}
