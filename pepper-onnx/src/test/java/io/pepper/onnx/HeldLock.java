package io.pepper.onnx;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that another process holds until this is closed. */
public final class HeldLock implements AutoCloseable {
    private static final int READY = 'r';

    private final Process process;
    private final boolean held;

    private HeldLock(Process process) throws IOException {
        this.process = process;
        this.held = process.getInputStream().read() == READY;
    }

    /** Starts the process and waits until it holds the file. */
    public static HeldLock of(Path file) throws IOException {
        return new HeldLock(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        file.toString())
                .start());
    }

    public boolean isHeld() {
        return held;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    /** What the other process does. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws IOException {
            try (FileChannel channel =
                    FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                FileLock lock = channel.lock();
                System.out.print(lock.isValid() ? (char) READY : '-');
                System.out.flush();
                while (System.in.read() >= 0) {
                    // Until the other process closes it, or ends this one.
                }
            }
        }
    }
}
