package io.pepper.export;

import io.pepper.document.InvalidFileException;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;

/** A reader of files that are small unless they are damaged or hostile. */
final class BoundedFile {
    /**
     * A parsed document takes up to twenty times the size of its file, so that a file of a 64th of the heap takes up to
     * a third of the heap.
     */
    private static final long HEAP_SHARE = 64;

    private BoundedFile() {}

    /**
     * Reads a file.
     *
     * @param files the directory of the file
     * @param name the file's name in the directory
     * @param maxBytes maximum size in bytes; a 64th of the heap is a further limit
     * @return the bytes that the file had when it was opened
     * @throws InvalidFileException if the file is larger
     * @throws IOException if the file cannot be read, is not a regular file, or is a link that may not be followed
     */
    static byte[] read(DirectoryFiles files, String name, int maxBytes) throws IOException {
        try (FileSource source = files.open(name)) {
            long most = Math.min(maxBytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
            if (source.size() > most) {
                String why = most < maxBytes ? ", all that the heap has room for" : "";
                throw new InvalidFileException(source.name(), 1, "has more than " + most + " bytes" + why);
            }
            byte[] bytes = new byte[(int) source.size()];
            for (int done = 0; done < bytes.length; ) {
                done += source.read(done, bytes, done, bytes.length - done);
            }
            return bytes;
        }
    }
}
