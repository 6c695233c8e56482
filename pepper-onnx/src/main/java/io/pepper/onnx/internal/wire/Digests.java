package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.BooleanSupplier;

/** SHA-256 hashes, and the SHA-1 hashes that ONNX specifies. */
public final class Digests {
    private static final int BUFFER_BYTES = 1 << 18;

    private Digests() {}

    /**
     * Returns a SHA-256 digest to add bytes to.
     *
     * @return a new digest
     */
    public static MessageDigest sha256() {
        return start("SHA-256");
    }

    private static MessageDigest start(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + algorithm, impossible);
        }
    }

    /**
     * Returns the SHA-256 of bytes.
     *
     * @param bytes the bytes
     * @return the hash in hexadecimal
     */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    /**
     * Returns the SHA-256 of a source.
     *
     * @param source the source
     * @param cancelled is asked now and then whether to stop
     * @return the hash in hexadecimal, lower case
     * @throws InterruptedIOException if it was cancelled
     * @throws IOException if the source cannot be read
     */
    public static String sha256(ByteSource source, BooleanSupplier cancelled) throws IOException {
        return of(sha256(), source, cancelled);
    }

    /**
     * Returns the SHA-1 of a source, which a model may state for a data file. It detects damage, not attacks.
     *
     * @param source the source
     * @param cancelled is asked now and then whether to stop
     * @return the hash in hexadecimal, lower case
     * @throws InterruptedIOException if it was cancelled
     * @throws IOException if the source cannot be read
     */
    public static String sha1(ByteSource source, BooleanSupplier cancelled) throws IOException {
        return of(start("SHA-1"), source, cancelled);
    }

    private static String of(MessageDigest digest, ByteSource source, BooleanSupplier cancelled) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long position = 0; position < source.size(); ) {
            if (cancelled.getAsBoolean()) {
                throw new InterruptedIOException("hashing " + source.name() + " was cancelled");
            }
            int length = (int) Math.min(buffer.length, source.size() - position);
            int read = source.read(position, buffer, 0, length);
            if (read <= 0) {
                throw new EOFException(source.name() + ": ended before byte " + source.size());
            }
            digest.update(buffer, 0, read);
            position += read;
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
