package io.pepper.monitor.internal.machine;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The files in which Linux describes itself, below a root that tests replace. A missing, unreadable or malformed file
 * is empty. Immutable and therefore thread-safe.
 *
 * @param root the directory that has {@code proc} and {@code sys}
 */
public record SystemFiles(Path root) {
    private static final int MAX_BYTES = 4 << 20;
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final Pattern UNSIGNED = Pattern.compile("\\d{1,40}");
    private static final Pattern SIGNED = Pattern.compile("-?\\d{1,19}");

    /**
     * Returns a path below the root.
     *
     * @param absolute the path on the machine, which starts with a slash
     * @return the path
     */
    public Path path(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    /**
     * Returns the content of a file.
     *
     * @param file the file
     * @return its first four mebibytes, decoded as UTF-8; empty if it cannot be read
     */
    public Optional<String> text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
        } catch (IOException | SecurityException missing) {
            return Optional.empty();
        }
    }

    /**
     * Returns the content of a file of one word or line.
     *
     * @param file the file
     * @return its text without surrounding blanks and zero bytes; empty if it cannot be read
     */
    public String word(Path file) {
        return text(file).orElse("").replace("\0", "").strip();
    }

    /**
     * Returns the lines of a file.
     *
     * @param file the file
     * @return its lines; empty if it cannot be read
     */
    public List<String> lines(Path file) {
        return text(file).map(text -> text.lines().toList()).orElse(List.of());
    }

    /**
     * Returns the first number in a file.
     *
     * @param file the file
     * @return the number, clamped to 2^63 - 1; empty if the file does not start with one
     */
    public OptionalLong number(Path file) {
        return text(file).map(text -> number(text.strip())).orElse(OptionalLong.empty());
    }

    /**
     * Returns the integer of a file in another unit.
     *
     * @param file a file of one integer, which may be negative
     * @param unit the factor by which it is multiplied
     * @return the product; empty if the file is no such integer
     */
    public OptionalDouble scaled(Path file, double unit) {
        String word = word(file);
        return SIGNED.matcher(word).matches()
                ? OptionalDouble.of(Double.parseDouble(word) * unit)
                : OptionalDouble.empty();
    }

    /**
     * Returns the number after a name, as in {@code name 12} or {@code name: 12 kB}.
     *
     * @param file the file
     * @param name the name
     * @return the number; empty if there is no such line
     */
    public OptionalLong number(Path file, String name) {
        return number(lines(file), name);
    }

    /**
     * Returns the number after a name in lines that were read before.
     *
     * @param lines the lines
     * @param name the name
     * @return the number; empty if there is no such line
     */
    public static OptionalLong number(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + ":"))
                .map(line -> number(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /**
     * Returns the number at the start of a text.
     *
     * @param text any text
     * @return the number, clamped to 2^63 - 1; empty if the first word is no unsigned integer
     */
    public static OptionalLong number(String text) {
        String word = text.split("\\s", 2)[0];
        if (!UNSIGNED.matcher(word).matches()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(new BigDecimal(word).min(MOST).longValueExact());
    }

    /**
     * Decodes the blanks, tabs, line ends and backslashes of a mount point, which are written like {@code \040}.
     *
     * @param name a name in a table of mounts
     * @return the name
     */
    public static String unescaped(String name) {
        return name.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    /**
     * Returns the text after a name and a colon.
     *
     * @param file the file
     * @param name the start of the line
     * @return the text; empty if there is no such line
     */
    public Optional<String> field(Path file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name) && line.indexOf(':') > 0)
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /**
     * Lists a directory.
     *
     * @param directory its path on the machine
     * @param names a pattern of names, as in {@link Files#newDirectoryStream(Path, String)}
     * @return its entries with such names, sorted; empty if it cannot be read
     */
    public List<Path> list(String directory, String names) {
        return list(path(directory), names);
    }

    /**
     * Lists a directory.
     *
     * @param directory the directory
     * @param names a pattern of names, as in {@link Files#newDirectoryStream(Path, String)}
     * @return its entries with such names, sorted; empty if it cannot be read
     */
    public List<Path> list(Path directory, String names) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, names)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException missing) {
            return List.of();
        }
        Collections.sort(found);
        return found;
    }
}
