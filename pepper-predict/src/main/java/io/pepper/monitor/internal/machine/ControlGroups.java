package io.pepper.monitor.internal.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The control groups of this process, of version 1, version 2, or both (cgroups(7)). The limits of all ancestors apply
 * to this process, too. Immutable and therefore thread-safe.
 */
final class ControlGroups {
    private static final String PROCESS = "/proc/self/cgroup";
    private static final String MOUNTS = "/proc/self/mountinfo";

    private final SystemFiles files;
    private final List<Member> members;
    private final List<Mount> mounts;

    /** A line of {@code /proc/self/cgroup}; without controllers for version 2. */
    private record Member(List<String> controllers, String path) {}

    /** A mounted hierarchy, and the group that is visible at its mount point. */
    private record Mount(boolean unified, List<String> controllers, String group, String at) {}

    /**
     * The groups of a controller that limit this process.
     *
     * @param unified whether they are of version 2
     * @param mount the mount point of the hierarchy
     * @param directories the directory of the process's own group, then those of its visible ancestors; empty if there
     *     are none
     */
    record Levels(boolean unified, Path mount, List<Path> directories) {}

    private ControlGroups(SystemFiles files, List<Member> members, List<Mount> mounts) {
        this.files = files;
        this.members = members;
        this.mounts = mounts;
    }

    static ControlGroups read(SystemFiles files) {
        List<Member> members = new ArrayList<>();
        for (String line : files.lines(files.path(PROCESS))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[2].startsWith("/")) {
                members.add(new Member(parts[1].isEmpty() ? List.of() : words(parts[1]), parts[2]));
            }
        }
        List<Mount> mounts = new ArrayList<>();
        files.lines(files.path(MOUNTS)).forEach(line -> mount(line).ifPresent(mounts::add));
        return new ControlGroups(files, members, mounts);
    }

    private static List<String> words(String list) {
        return Arrays.asList(list.split(",", -1));
    }

    /** Reads {@code 36 35 98:0 /group /mounted/at rw,noatime shared:1 - cgroup cgroup rw,cpu,cpuacct}. */
    private static Optional<Mount> mount(String line) {
        int split = line.indexOf(" - ");
        String[] before = split < 0 ? new String[0] : line.substring(0, split).split(" ", -1);
        String[] after = split < 0 ? new String[0] : line.substring(split + 3).split(" ", 3);
        if (before.length < 5 || after.length < 3 || !before[4].startsWith("/") || !after[0].startsWith("cgroup")) {
            return Optional.empty();
        }
        return Optional.of(new Mount(
                after[0].equals("cgroup2"),
                words(after[2]),
                SystemFiles.unescaped(before[3]),
                SystemFiles.unescaped(before[4])));
    }

    /** Returns the groups of a controller: of version 1 if it is mounted in version 1, else of version 2. */
    Optional<Levels> of(String controller) {
        Optional<Levels> first = members.stream()
                .filter(member -> member.controllers.contains(controller))
                .flatMap(member -> mounts.stream()
                        .filter(mount -> !mount.unified && mount.controllers.contains(controller))
                        .map(mount -> levels(mount, member.path)))
                .filter(levels -> !levels.directories.isEmpty())
                .findFirst();
        return first.isPresent()
                ? first
                : members.stream()
                        .filter(member -> member.controllers.isEmpty())
                        .flatMap(member ->
                                mounts.stream().filter(Mount::unified).map(mount -> levels(mount, member.path)))
                        .filter(levels -> !levels.directories.isEmpty())
                        .findFirst();
    }

    private Levels levels(Mount mount, String group) {
        Path top = files.path(mount.at).normalize();
        Path own = top;
        String below = below(mount.group, group);
        while (!below.isEmpty()) {
            Path candidate = top.resolve(below).normalize();
            if (candidate.startsWith(top) && Files.isDirectory(candidate)) {
                own = candidate;
                break;
            }
            int next = below.indexOf('/'); // The mount may show a shorter path than /proc/self/cgroup.
            below = next < 0 ? "" : below.substring(next + 1);
        }
        List<Path> directories = new ArrayList<>();
        if (Files.isDirectory(top)) {
            for (Path level = own;
                    level.startsWith(top);
                    level = level.resolve("..").normalize()) {
                directories.add(level);
                if (level.equals(top)) {
                    break;
                }
            }
        }
        return new Levels(mount.unified, top, List.copyOf(directories));
    }

    /**
     * Returns the path of a group relative to the mounted one; empty for a group outside of the namespace ({@code
     * /../…}).
     */
    private static String below(String mounted, String group) {
        if (group.startsWith("/..")) {
            return "";
        }
        String begin = mounted.equals("/") ? "" : mounted;
        String rest =
                group.startsWith(begin + "/") ? group.substring(begin.length()) : group.equals(begin) ? "" : group;
        return rest.startsWith("/") ? rest.substring(1) : rest;
    }
}
