package io.pepper.onnx.internal.export;

import java.util.regex.Pattern;

/** Names of files that are safe on every file system, made of names that may be anything. */
public final class FileNames {
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final int MAX_LENGTH = 100;

    private FileNames() {}

    /**
     * A safe name.
     *
     * @param name any text
     * @return the same with other characters than letters, digits, dot, hyphen and underscore replaced by {@code _}, not
     *     beginning with a dot or hyphen, 1 to 100 characters long
     */
    public static String safe(String name) {
        String safe = UNSAFE.matcher(name).replaceAll("_");
        if (safe.isEmpty() || !PLAIN.matcher(safe).matches()) {
            safe = "_" + safe;
        }
        return safe.length() > MAX_LENGTH ? safe.substring(0, MAX_LENGTH) : safe;
    }

    /**
     * Whether a name is a plain file name as {@link #safe} makes them.
     *
     * @param name the name
     * @return true if it is
     */
    public static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }
}
