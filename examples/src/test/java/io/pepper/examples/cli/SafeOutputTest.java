package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the command line prints cannot steer a terminal, and whatever fails is one line. */
class SafeOutputTest {
    private static final String END = System.lineSeparator();

    @TempDir
    private Path directory;

    private final StringWriter printed = new StringWriter();
    private final SafeWriter writer = new SafeWriter(printed);

    @Test
    void everyWayToPrintIsSafe() {
        writer.print("\u001b[31m");
        writer.print('\u009b');
        writer.print(new char[] {'\u202e'});
        writer.write(7);
        writer.write("x\u200by", 1, 1);
        writer.append("\u2066").append("a\u0000b", 1, 2);
        writer.printf("%s", "\u2028");
        writer.print((Object) "\ud800");
        writer.flush();
        assertThat(printed).hasToString("\\u001b[31m\\u009b\\u202e\\u0007\\u200b\\u2066\\u0000\\u2028\\ud800");
    }

    @Test
    void aLineStaysOneLineAndADocumentKeepsItsOwn() {
        writer.println("name\npepper: forged\r\n");
        writer.println(new Json.Text("{\n\t\"a\" : \"\u202e\"\n}"));
        assertThat(printed)
                .hasToString("name\\u000apepper: forged\\u000d\\u000a" + END + "{\n\t\"a\" : \"\\u202e\"\n}" + END);
    }

    @Test
    void anErrorIsOneLineThatSaysWhatToDo() {
        assertThat(refused(new OutOfMemoryError("Java heap space")))
                .startsWith("pepper: there is not enough memory (Java heap space)")
                .contains("-Xmx");
        assertThat(refused(new StackOverflowError())).contains("-Xss");
        assertThat(refused(new ExceptionInInitializerError(new UnsatisfiedLinkError("no libonnxruntime"))))
                .contains("a library cannot be loaded")
                .contains("no libonnxruntime");
        assertThat(refused(new AssertionError("odd\u001b")))
                .contains("please report it")
                .contains("odd\\u001b");
        assertThat(refused(new IllegalStateException(new ExecutionException(new OutOfMemoryError("native")))))
                .contains("there is not enough memory (native)");
    }

    private static String refused(Throwable failure) {
        StringWriter text = new StringWriter();
        assertThat(Failures.refuse(failure, new SafeWriter(text))).isEqualTo(1);
        assertThat(text.toString().lines()).hasSize(1);
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b]0;title\u0007", "\u202e", "\r\u009b"})
    void errorsOfFilesAreSafe(String text) throws IOException {
        Path manifest = directory.resolve("partition.json");
        Files.writeString(manifest, text);
        assertSafe("verify", "model" + text.replace("\u0000", "") + ".onnx", manifest.toString());
        assertSafe("simulate", manifest.toString(), manifest.toString());
        assertSafe("inspect", manifest.toString());
        assertSafe("inspect", "--" + text);
    }

    private static void assertSafe(String... args) {
        StringWriter all = new StringWriter();
        assertThat(Main.run(new PrintWriter(all), new PrintWriter(all), args)).isNotZero();
        assertThat(all.toString()).isNotEmpty();
        assertThat(all.toString().codePoints().filter(c -> c != '\n' && c != '\r'))
                .allSatisfy(c -> assertThat(Character.getType(c))
                        .isNotIn((int) Character.CONTROL, (int) Character.FORMAT, (int) Character.LINE_SEPARATOR));
    }
}
