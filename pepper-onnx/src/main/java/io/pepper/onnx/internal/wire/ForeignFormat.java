package io.pepper.onnx.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Detection of files in other formats by their first bytes. It is only used after a file could not be read as a model;
 * it never refuses a model.
 */
public final class ForeignFormat {
    /** Larger than the offset of the magic number of a tar archive. */
    private static final int HEAD_BYTES = 512;

    private static final String CONVERT = ": convert it to ONNX with the exporter of its framework";
    private static final String UNPACK = ": unpack it and give the .onnx file in it";

    /** The bytes at an offset, as Latin-1, and their meaning. */
    private record Magic(int offset, String bytes, String says) {
        boolean matches(String head) {
            return head.startsWith(bytes, offset);
        }
    }

    private static final Magic[] MAGICS = {
        new Magic(
                0,
                "version https://git-lfs.github.com/",
                "is a Git LFS pointer, which stands for the model: run `git lfs pull` in its repository to get the model"),
        new Magic(
                4, "ORTM", "is a model in ONNX Runtime's own format (.ort): give the .onnx file that it was made from"),
        new Magic(4, "TFL3", "is a TensorFlow Lite model: convert it to ONNX, for instance with tf2onnx"),
        new Magic(
                0,
                "\u0089HDF\r\n\u001a\n",
                "is an HDF5 file (a Keras model?): convert it to ONNX, for instance with tf2onnx"),
        new Magic(0, "GGUF", "is a GGUF file of llama.cpp: export the original network to ONNX"),
        new Magic(0, "\u0093NUMPY", "is a NumPy array: give a model, and arrays with --input"),
        new Magic(0, "\u001f\u008b", "is compressed by gzip" + UNPACK),
        new Magic(0, "BZh", "is compressed by bzip2" + UNPACK),
        new Magic(0, "\u00fd7zXZ", "is compressed by xz" + UNPACK),
        new Magic(0, "(\u00b5/\u00fd", "is compressed by zstd" + UNPACK),
        new Magic(0, "7z\u00bc\u00af'\u001c", "is a 7z archive" + UNPACK),
        new Magic(0, "Rar!\u001a", "is a RAR archive" + UNPACK),
        new Magic(257, "ustar", "is a tar archive" + UNPACK),
        new Magic(0, "\u007fELF", "is a program or a library"),
        new Magic(0, "MZ", "is a program or a library"),
        new Magic(0, "RKNN", "is a model for Rockchip's NPUs" + CONVERT),
        new Magic(0, "ptrt", "is an engine of TensorRT: give the .onnx file that it was built from"),
        new Magic(0, "ftrt", "is an engine of TensorRT: give the .onnx file that it was built from"),
        new Magic(0, "%PDF", "is a PDF document"),
        new Magic(0, "\u0089PNG", "is a picture"),
        new Magic(0, "\u00ff\u00d8\u00ff", "is a picture"),
        new Magic(0, "PAR1", "is a Parquet table"),
        new Magic(0, "SQLite format 3", "is a SQLite database"),
    };

    private ForeignFormat() {}

    /**
     * Detects the format of a file that is not a model.
     *
     * @param source a file that could not be read as a model
     * @return the format and advice, for instance "is a NumPy array: …"; empty if it is unknown
     * @throws IOException if the file cannot be read
     */
    public static Optional<String> of(ByteSource source) throws IOException {
        byte[] head = head(source);
        if (head.length == 0) {
            return Optional.of("is empty: copy or download it again");
        }
        String latin = latin(head);
        for (Magic magic : MAGICS) {
            if (magic.matches(latin)) {
                return Optional.of(magic.says);
            }
        }
        return zip(latin)
                .or(() -> pickle(head))
                .or(() -> safetensors(head))
                .or(() -> zeros(head))
                .or(() -> tensorFlow(head))
                .or(() -> text(head));
    }

    private static byte[] head(ByteSource source) throws IOException {
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(HEAD_BYTES, source.size()));
        while (head.hasRemaining()) {
            source.read(head.position(), head);
        }
        return head.array();
    }

    private static String latin(byte[] head) {
        return new String(head, StandardCharsets.ISO_8859_1);
    }

    private static Optional<String> zip(String latin) {
        if (!latin.startsWith("PK\u0003\u0004") && !latin.startsWith("PK\u0005\u0006")) {
            return Optional.empty();
        }
        if (latin.contains("data.pkl") || latin.contains("/version") || latin.contains("/byteorder")) {
            return Optional.of("is a zip archive of PyTorch (.pt, .pth): export the network with torch.onnx.export");
        }
        if (latin.contains(".npy")) {
            return Optional.of("is a zip archive of NumPy arrays (.npz): give a model, and arrays with --input");
        }
        if (latin.contains("metadata.json") || latin.contains("config.json")) {
            return Optional.of("is a zip archive (a Keras model?): convert it to ONNX, for instance with tf2onnx");
        }
        return Optional.of("is a zip archive (a PyTorch file?): export the network with torch.onnx.export,"
                + " or unpack the archive if it holds an .onnx file");
    }

    private static Optional<String> pickle(byte[] head) {
        boolean is = head.length > 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5;
        return is
                ? Optional.of("is a Python pickle (an old PyTorch or scikit-learn file?): convert it to ONNX with"
                        + " torch.onnx.export or skl2onnx")
                : Optional.empty();
    }

    private static Optional<String> safetensors(byte[] head) {
        boolean is = head.length > 10 && head[8] == '{' && head[9] == '"' && head[6] == 0 && head[7] == 0;
        return is
                ? Optional.of("is a safetensors file, which has weights and no network: export the network to ONNX")
                : Optional.empty();
    }

    private static Optional<String> zeros(byte[] head) {
        for (byte next : head) {
            if (next != 0) {
                return Optional.empty();
            }
        }
        return Optional.of("begins with zeros: it is damaged, or a data file of a model; copy or download it again,"
                + " or give the .onnx file");
    }

    private static Optional<String> tensorFlow(byte[] head) {
        String latin = latin(head);
        boolean saved = head.length > 3 && head[0] == 8 && head[1] == 1 && head[2] == 0x12;
        boolean graph = head[0] == 0x0a
                && (latin.contains("Placeholder") || latin.contains("Const") || latin.contains("dtype"));
        return saved || graph
                ? Optional.of("is a TensorFlow graph (a SavedModel?): convert it to ONNX, for instance with tf2onnx")
                : Optional.empty();
    }

    private static Optional<String> text(byte[] head) {
        Optional<String> decoded = decoded(head);
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        String text = decoded.get().strip();
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("<!doctype html") || lower.startsWith("<html") || lower.startsWith("<head")) {
            return Optional.of("is a web page: the download failed, or the address was that of a page;"
                    + " download the file itself");
        }
        if (lower.contains("ir_version")) {
            return Optional.of("is a model in one of ONNX's text formats: convert it with onnx.parser.parse_model,"
                    + " or for protobuf's text with google.protobuf.text_format, and save it with onnx.save");
        }
        if (lower.startsWith("<?xml") || lower.startsWith("<net")) {
            return Optional.of("is XML (a model of OpenVINO?): give the .onnx file that it was made from");
        }
        if (text.startsWith("{") || text.startsWith("[")) {
            return Optional.of("is JSON: give the .onnx file");
        }
        return Optional.of("is a text file: give the .onnx file");
    }

    /** Returns the text at the start of a file, if it is text. */
    private static Optional<String> decoded(byte[] head) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer text = CharBuffer.allocate(head.length);
        // The head may end within a character, which is not an error here.
        if (decoder.decode(ByteBuffer.wrap(head), text, false).isError()) {
            return Optional.empty();
        }
        String decoded = text.flip().toString();
        boolean steers = decoded.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f');
        return steers ? Optional.empty() : Optional.of(decoded);
    }
}
