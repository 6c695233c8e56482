package io.pepper.export;

import java.util.regex.Pattern;

/** Names of files that are safe on every file system, made of names that may be anything. */
final class FileNames {
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*_part[1-9][0-9]*[.]onnx");
    private static final String DATA = ".data";
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
     * The name of the file of a part.
     *
     * @param model the model's name, any text
     * @param part the part, counted from 1
     * @return a plain file name
     */
    static String ofPart(String model, int part) {
        return safe(model) + "_part" + part + ".onnx";
    }

    /**
     * The name of the data file of a part.
     *
     * @param part the name of the part's file
     * @return a plain file name
     */
    static String ofData(String part) {
        return part + DATA;
    }

    /**
     * Whether a name is one that {@link #ofPart} may have made.
     *
     * @param name the name
     * @return true if it is
     */
    static boolean isOfPart(String name) {
        return PART.matcher(name).matches();
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
