package io.pepper.monitor.internal.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What control groups let this process have of the processors. Immutable and therefore thread-safe. */
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
     * One group with a quota, as its counters are now.
     *
     * @param quotaCores the time that it may take, in cores
     * @param usedSeconds the time that it took; empty where it is not counted for this group
     * @param periods the periods in which the quota was asked for
     * @param throttled the periods in which the group was stopped because the quota was spent
     */
    record Level(double quotaCores, OptionalDouble usedSeconds, OptionalLong periods, OptionalLong throttled) {}

    /** The groups with a quota, from the own one upwards. */
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

    /** Whether groups can be read at all: then no quota means that there is none. */
    boolean isKnown() {
        return cpu.isPresent();
    }

    private OptionalDouble quota(Path directory) {
        String[] words =
                files.text(directory.resolve("cpu.max")).orElse("").strip().split("\\s+", 2);
        OptionalLong quota = SystemFiles.number(words[0]);
        OptionalLong period = words.length > 1 ? SystemFiles.number(words[1]) : OptionalLong.empty();
        if (cpu.isPresent() && !cpu.get().unified()) {
            quota = files.number(directory.resolve("cpu.cfs_quota_us")); // -1 is none.
            period = files.number(directory.resolve("cpu.cfs_period_us"));
        }
        return quota.orElse(0) > 0 && period.orElse(0) > 0
                ? OptionalDouble.of((double) quota.getAsLong() / period.getAsLong())
                : OptionalDouble.empty();
    }

    /** Version 1 counts time in a hierarchy of its own, in which the same group need not be. */
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
