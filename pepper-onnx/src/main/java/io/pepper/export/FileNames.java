package io.pepper.export;

import java.util.regex.Pattern;

/** File names that are safe on every file system, derived from arbitrary names. */
final class FileNames {
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9._-]+");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*_part[1-9][0-9]*[.]onnx");
    private static final String DATA = ".data";
    private static final int MAX_LENGTH = 100;

    private FileNames() {}

    /**
     * Returns a safe file name.
     *
     * @param name any text
     * @return the text with each run of characters other than letters, digits, dot, hyphen and underscore replaced by
     *     {@code _}; it does not start with a dot or hyphen and has 1 to 100 characters
     */
    public static String safe(String name) {
        String safe = UNSAFE.matcher(name).replaceAll("_");
        if (safe.isEmpty() || !PLAIN.matcher(safe).matches()) {
            safe = "_" + safe;
        }
        return safe.length() > MAX_LENGTH ? safe.substring(0, MAX_LENGTH) : safe;
    }

    /**
     * Returns the file name of a part.
     *
     * @param model the model's name, any text
     * @param part the part's number, from 1
     * @return a plain file name
     */
    static String ofPart(String model, int part) {
        return safe(model) + "_part" + part + ".onnx";
    }

    /**
     * Returns the name of a part's data file.
     *
     * @param part the file name of the part
     * @return a plain file name
     */
    static String ofData(String part) {
        return part + DATA;
    }

    /**
     * Returns whether {@link #ofPart} may have made a name.
     *
     * @param name the name
     * @return true if it has this form
     */
    static boolean isOfPart(String name) {
        return PART.matcher(name).matches();
    }

    /**
     * Returns whether a name is a plain file name like those of {@link #safe}.
     *
     * @param name the name
     * @return true if it is
     */
    public static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }
}
