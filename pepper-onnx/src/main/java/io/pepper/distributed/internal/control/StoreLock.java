package io.pepper.distributed.internal.control;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The lock of a store: one node uses it at a time. The system releases it when the process ends. */
final class StoreLock implements AutoCloseable {
    private final FileChannel channel;

    private StoreLock(FileChannel channel) {
        this.channel = channel;
    }

    static StoreLock take(Path directory) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (AccessDeniedException denied) {
            throw new IOException(directory + ": is not writable for this user", denied);
        }
        try {
            if (channel.tryLock() != null) {
                return new StoreLock(channel);
            }
        } catch (OverlappingFileLockException sameProcess) {
            channel.close();
            throw new IOException(directory + ": another node in this process uses this store", sameProcess);
        }
        channel.close();
        throw new IOException(directory + ": another process uses this store; give each node a --store of its own");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
