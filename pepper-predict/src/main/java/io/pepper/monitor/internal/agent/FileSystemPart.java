package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.io.File;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Sizes of the mounted file systems of local disks, and of the root whatever its type. */
final class FileSystemPart implements NodePart {
    /** Types of file systems on disks of the node. Others are no disks, or can block the reader for a long time. */
    private static final Set<String> ON_DISKS = Set.of(
            "ext2",
            "ext3",
            "ext4",
            "xfs",
            "btrfs",
            "f2fs",
            "zfs",
            "jfs",
            "reiserfs",
            "bcachefs",
            "vfat",
            "exfat",
            "msdos",
            "ntfs",
            "ntfs3",
            "hfsplus",
            "ubifs",
            "jffs2",
            "nilfs2");

    private static final Pattern INSIDE =
            Pattern.compile("/(dev|proc|sys|run/credentials/.+|var/lib/(docker|containers/storage|kubelet)/.+)($|/.*)");
    private static final String ROOT = "/";

    private final SystemFiles files;

    FileSystemPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        for (String line : files.lines(files.path("/proc/self/mounts"))) {
            String[] words = line.split(" ", -1);
            if (words.length >= 4) {
                String mounted = SystemFiles.unescaped(words[1]);
                boolean shown = mounted.equals(ROOT)
                        ? !words[2].equals("rootfs")
                        : ON_DISKS.contains(words[2])
                                && !INSIDE.matcher(mounted).matches();
                if (shown && mounted.startsWith(ROOT)) {
                    add(families, SystemFiles.unescaped(words[0]), mounted, words[2], words[3]);
                }
            }
        }
    }

    /** Returns the total size of the root's file system, in bytes; empty if it is unknown. */
    static OptionalLong rootBytes(SystemFiles files) {
        long bytes = files.root().toFile().getTotalSpace();
        return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    private void add(Families families, String device, String mounted, String type, String options) {
        File at = files.path(mounted).toFile();
        long size = at.isDirectory() ? at.getTotalSpace() : 0;
        if (size <= 0) {
            return; // Unreadable, or no file system with a size.
        }
        String[] labels = {"device", device, "fstype", type, "mountpoint", mounted};
        families.gauge("node_filesystem_size_bytes", "Size of the file system, in bytes.", (double) size, labels);
        families.gauge("node_filesystem_free_bytes", "Free space, in bytes.", (double) at.getFreeSpace(), labels);
        families.gauge(
                "node_filesystem_avail_bytes",
                "Free space for users other than root, in bytes.",
                (double) at.getUsableSpace(),
                labels);
        boolean readOnly = options.equals("ro") || options.startsWith("ro,");
        families.gauge("node_filesystem_readonly", "Whether it is read-only.", readOnly ? 1 : 0, labels);
    }
}
