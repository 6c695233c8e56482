package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test of a command on a real classifier of text directions, whose inputs leave sizes open. */
abstract class CommandTest {
    private static final String CLASSIFIER = "ch_ppocr_mobile_v2.0_cls_infer.onnx";

    static final String SIZES = "x=1x3x48x192";

    @TempDir
    Path directory;

    /** The classifier's file. */
    Path model = Path.of("");

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    @BeforeEach
    void extractTheModel() throws IOException {
        model = extractTheModel(directory);
    }

    static Path extractTheModel(Path directory) throws IOException {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in = CommandTest.class.getResourceAsStream("/models/" + CLASSIFIER)) {
            assertThat(in).isNotNull();
            Files.copy(in, file);
        }
        return file;
    }

    /** Runs a command, and returns its exit code. */
    int run(Object... args) {
        return run(out, err, args);
    }

    /** Runs a command whose output nobody reads, and returns its exit code. */
    static int runAlone(Object... args) {
        return run(new StringWriter(), new StringWriter(), args);
    }

    /** Runs a command that prints to given writers, from their beginning, and returns its exit code. */
    static int run(StringWriter out, StringWriter err, Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    /** Runs a command on the classifier with an image of 48 × 192, and returns its exit code. */
    int runSized(String command, Object... args) {
        return run(with(args, command, model, "--shape", SIZES));
    }

    /** What the last command printed. */
    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    /** The work of a convolution on 64 channels with so many operations. */
    static Workload convolution(double flops) {
        return Workload.builder()
                .set(WorkloadMeasure.INPUT_BYTES, 1000)
                .add(Kernel.builder(KernelFamily.CONVOLUTION)
                        .flops(flops)
                        .inputBytes(5e5)
                        .outputBytes(5e5)
                        .weightBytes(0)
                        .depth(576)
                        .channels(64)
                        .window(9)
                        .groups(1)
                        .build())
                .build();
    }

    static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static Object[] with(Object[] more, Object... arguments) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
    }
}
