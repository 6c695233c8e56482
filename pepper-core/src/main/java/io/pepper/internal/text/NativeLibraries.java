package io.pepper.internal.text;

import java.nio.file.FileSystemException;
import java.util.Locale;

/** Messages of one line about native libraries in jars that do not load. Stateless and therefore thread-safe. */
public final class NativeLibraries {
    private static final int MAX_CAUSES = 32;

    private NativeLibraries() {}

    /**
     * Returns the reason why a library did not load, and advice.
     *
     * @param failure the error of loading
     * @param orElse an alternative, appended to the advice; may be empty
     * @return one line, without a full stop
     */
    public static String reason(Throwable failure, String orElse) {
        String text = message(root(failure)).strip().replaceAll("\\s+", " ");
        String here = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (text.toLowerCase(Locale.ROOT).contains("unsupported")) {
            return text + " (this is " + here + ", for which there is no native library)";
        }
        return text + " (" + here + "; the library is unpacked to java.io.tmpdir, "
                + System.getProperty("java.io.tmpdir")
                + ": it must exist, have room and let programs run, else set -Djava.io.tmpdir=DIR" + orElse + ")";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (int i = 0; i < MAX_CAUSES && root.getCause() != null; i++) {
            root = root.getCause();
        }
        return root;
    }

    private static String message(Throwable root) {
        if (root instanceof FileSystemException file) {
            return file.getFile() + ": " + FileErrors.reason(file);
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
