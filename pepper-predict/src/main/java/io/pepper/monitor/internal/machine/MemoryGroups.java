package io.pepper.monitor.internal.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The memory that control groups grant to this process. Immutable and therefore thread-safe. */
final class MemoryGroups {
    private static final long NONE = Long.MAX_VALUE;

    private final SystemFiles files;
    private final Optional<ControlGroups.Levels> memory;

    MemoryGroups(SystemFiles files, ControlGroups groups) {
        this.files = files;
        this.memory = groups.of("memory");
    }

    /** Returns the smallest limit of all groups, or 2^63 - 1. */
    long limitBytes() {
        return directories().stream().mapToLong(this::limit).min().orElse(NONE);
    }

    /** Returns the smallest remainder below a group's limit, counting caches that can be freed as free, or 2^63 - 1. */
    long leftBytes() {
        return directories().stream().mapToLong(this::left).min().orElse(NONE);
    }

    private List<Path> directories() {
        return memory.map(ControlGroups.Levels::directories).orElse(List.of());
    }

    private long limit(Path directory) {
        if (memory.isPresent() && memory.get().unified()) {
            return Math.min(
                    files.number(directory.resolve("memory.max")).orElse(NONE),
                    files.number(directory.resolve("memory.high")).orElse(NONE));
        }
        boolean own = directory.equals(directories().get(0));
        boolean limitsThoseBelow =
                files.number(directory.resolve("memory.use_hierarchy")).orElse(1) != 0;
        if (!own && !limitsThoseBelow) {
            return NONE;
        }
        return Math.min(
                files.number(directory.resolve("memory.limit_in_bytes")).orElse(NONE),
                files.number(directory.resolve("memory.stat"), "hierarchical_memory_limit")
                        .orElse(NONE));
    }

    private long left(Path directory) {
        long limit = limit(directory);
        boolean unified = memory.isPresent() && memory.get().unified();
        OptionalLong used = files.number(directory.resolve(unified ? "memory.current" : "memory.usage_in_bytes"));
        if (limit == NONE || used.isEmpty()) {
            return limit;
        }
        long freeable = files.number(
                        directory.resolve("memory.stat"), unified ? "inactive_file" : "total_inactive_file")
                .orElse(0);
        return Math.max(0, limit - Math.max(0, used.getAsLong() - freeable));
    }
}
