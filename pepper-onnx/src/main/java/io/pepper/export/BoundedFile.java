package io.pepper.export;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;

/** Reads files that are small if they are what they should be. */
final class BoundedFile {
    /** What is read becomes objects of up to twenty times its size: it may take a third of the heap. */
    private static final long HEAP_SHARE = 64;

    private BoundedFile() {}

    /**
     * Reads a file.
     *
     * @param files the directory of the file
     * @param name its name there
     * @param mostBytes how many bytes it may have; never more than a 64th of the heap
     * @return the bytes that it had when it was opened
     * @throws MalformedModelException if it has more
     * @throws IOException if it cannot be read, is no regular file, or is a link that may not be followed
     */
    static byte[] read(DirectoryFiles files, String name, int mostBytes) throws IOException {
        try (FileSource source = files.open(name)) {
            long most = Math.min(mostBytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
            if (source.size() > most) {
                String why = most < mostBytes ? ", all that the heap has room for" : "";
                throw new MalformedModelException(source.name(), "file", "has more than " + most + " bytes" + why);
            }
            byte[] bytes = new byte[(int) source.size()];
            for (int done = 0; done < bytes.length; ) {
                done += source.read(done, bytes, done, bytes.length - done);
            }
            return bytes;
        }
    }
}
