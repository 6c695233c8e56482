package io.pepper.session.internal;

import io.pepper.model.ElementType;
import io.pepper.model.MalformedModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a {@code .npy} file (NEP 1, versions 1 to 3).
 *
 * @param type the element type
 * @param width the bytes of an element; those of one text for {@link ElementType#STRING}
 * @param bigEndian whether the bytes of an element, or of a character, are in big-endian order
 * @param wide whether a text is in UTF-32 instead of bytes
 * @param columns whether the first axis varies fastest (Fortran order)
 * @param sizes the sizes
 * @param offset the offset of the data
 */
record NpyHeader(
        ElementType type, long width, boolean bigEndian, boolean wide, boolean columns, List<Long> sizes, int offset) {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    static final int SHORT_PREFIX = 10;
    private static final int LONG_PREFIX = 12;
    private static final int LONGEST = 1 << 16;
    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*(['\"][^'\"]*['\"]|\\[)");
    private static final Pattern ORDER = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)\\b");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9L, ]*)\\)");
    private static final Pattern CODE = Pattern.compile("([<>|=])?([a-zA-Z?])([0-9]*)");
    private static final Map<String, ElementType> TYPES = Map.ofEntries(
            Map.entry("f4", ElementType.FLOAT),
            Map.entry("f8", ElementType.DOUBLE),
            Map.entry("f2", ElementType.FLOAT16),
            Map.entry("i1", ElementType.INT8),
            Map.entry("u1", ElementType.UINT8),
            Map.entry("i2", ElementType.INT16),
            Map.entry("u2", ElementType.UINT16),
            Map.entry("i4", ElementType.INT32),
            Map.entry("u4", ElementType.UINT32),
            Map.entry("i8", ElementType.INT64),
            Map.entry("u8", ElementType.UINT64),
            Map.entry("b1", ElementType.BOOL));

    /** Returns the type in NumPy's notation, in little-endian order; empty if it has none. */
    static Optional<String> descr(ElementType type) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(entry -> (entry.getKey().endsWith("1") ? "|" : "<") + entry.getKey())
                .findFirst();
    }

    static NpyHeader of(String source, byte[] bytes) throws MalformedModelException {
        if (bytes.length < LONG_PREFIX || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new MalformedModelException(source, "file", "is no .npy");
        }
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int version = bytes[MAGIC.length];
        int prefix = version == 1 ? SHORT_PREFIX : LONG_PREFIX;
        long length = version == 1
                ? Short.toUnsignedInt(file.getShort(SHORT_PREFIX - Short.BYTES))
                : Integer.toUnsignedLong(file.getInt(SHORT_PREFIX - Short.BYTES));
        if (version < 1 || version > 3 || length > Math.min(LONGEST, bytes.length - prefix)) {
            throw new MalformedModelException(source, "header", "is of version " + version + " and length " + length);
        }
        String text = new String(bytes, prefix, (int) length, StandardCharsets.ISO_8859_1);
        String descr = field(source, "descr", DESCR, text);
        boolean columns = field(source, "fortran_order", ORDER, text).equals("True");
        List<Long> sizes = sizes(source, field(source, "shape", SHAPE, text));
        return of(source, descr, columns, sizes, prefix + (int) length);
    }

    private static NpyHeader of(String source, String descr, boolean columns, List<Long> sizes, int offset)
            throws MalformedModelException {
        Matcher code = CODE.matcher(descr.replaceAll("['\"]", ""));
        if (!code.matches()) {
            throw refused(source, descr);
        }
        String kind = code.group(2);
        boolean big = ">".equals(code.group(1))
                || (!"<".equals(code.group(1)) && ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
        ElementType type = TYPES.get(kind + code.group(3));
        if (type != null) {
            return new NpyHeader(type, type.bits() / Byte.SIZE, big, false, columns, sizes, offset);
        }
        if ((kind.equals("U") || kind.equals("S")) && code.group(3).matches("[0-9]{1,9}")) {
            long width = Long.parseLong(code.group(3)) * (kind.equals("U") ? Integer.BYTES : 1);
            return new NpyHeader(ElementType.STRING, width, big, kind.equals("U"), columns, sizes, offset);
        }
        throw refused(source, descr);
    }

    private static MalformedModelException refused(String source, String descr) {
        String why = descr.matches("['\"]\\|?O[0-9]*['\"]")
                ? " (Python objects): save numbers, or texts with dtype 'U'"
                : descr.startsWith("[")
                        ? " a list of fields: save one array for each"
                        : ", not one of " + TYPES.keySet().stream().sorted().toList() + ", U and S";
        return new MalformedModelException(source, "descr", "is " + descr + why);
    }

    private static String field(String source, String name, Pattern pattern, String text)
            throws MalformedModelException {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new MalformedModelException(
                    source, "header", "has no " + name + " that is understood: " + text.strip());
        }
        String value = found.group(1);
        if (found.find()) {
            throw new MalformedModelException(source, "header", "has " + name + " twice: " + text.strip());
        }
        return value;
    }

    private static List<Long> sizes(String source, String text) throws MalformedModelException {
        try {
            return Arrays.stream(text.split(","))
                    .map(size -> size.replace("L", "").strip())
                    .filter(size -> !size.isEmpty())
                    .map(Long::valueOf)
                    .toList();
        } catch (NumberFormatException wrong) {
            throw new MalformedModelException(source, "shape", "is '" + text + "'", wrong);
        }
    }

    long[] shape() {
        return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    /** Returns the number of elements, if the data have the right number of bytes. */
    int elements(String source, int found) throws MalformedModelException {
        try {
            long elements = 1;
            for (long size : sizes) {
                elements = Math.multiplyExact(elements, size);
            }
            boolean fits =
                    width == 0 ? found == 0 && elements <= LONGEST : Math.multiplyExact(elements, width) == found;
            if (fits) {
                return Math.toIntExact(elements);
            }
        } catch (ArithmeticException tooMany) {
            // Reported below.
        }
        throw new MalformedModelException(
                source, "data", "has " + found + " bytes, not those of " + type.onnxName() + sizes);
    }
}
