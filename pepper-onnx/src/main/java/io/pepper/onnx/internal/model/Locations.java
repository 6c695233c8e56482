package io.pepper.onnx.internal.model;

import io.pepper.internal.text.FileErrors;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Paths of other files in a file. They may only lead downwards from the file's directory, on every system. */
public final class Locations {
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

    private Locations() {}

    /**
     * Returns why a location must not be followed.
     *
     * @param location the path in the file
     * @return the reason; empty if it is a relative path without {@code ..}, drive letter, backslash or control
     *     character
     */
    public static Optional<String> refusal(String location) {
        if (location.codePoints().anyMatch(Character::isISOControl)) {
            return Optional.of("has an impossible name: a control character is in it");
        }
        try {
            return leadsDown(location) ? Optional.empty() : Optional.of("is not inside the model's directory");
        } catch (InvalidPathException invalid) {
            return Optional.of("has an impossible name: " + FileErrors.reason(invalid));
        }
    }

    private static boolean leadsDown(String location) {
        Path path = Path.of(location);
        boolean down = !path.isAbsolute() && path.getRoot() == null;
        down &= !location.isEmpty() && !location.startsWith("/") && location.indexOf('\\') < 0;
        down &= !DRIVE.matcher(location).matches();
        for (Path name : path) {
            down &= !name.toString().equals("..");
        }
        return down;
    }
}
