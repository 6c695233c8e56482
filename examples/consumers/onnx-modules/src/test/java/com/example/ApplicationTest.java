package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplicationTest {
    @TempDir
    Path directory;

    @Test
    void divides() throws IOException {
        Path file = directory.resolve("model.onnx");
        try (InputStream model = ClassLoader.getSystemResourceAsStream("models/ch_PP-OCRv4_rec_infer.onnx")) {
            Files.copy(model, file);
        }
        assertTrue(Application.divide(file, directory.resolve("parts")));
    }

    @Test
    void isAModule() {
        assertTrue(Application.class.getModule().isNamed());
        assertEquals("io.pepper.onnx", OnnxModel.class.getModule().getName());
    }

    @Test
    void noTrainingComesAlong() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/runtime"))) {
            assertEquals(
                    "[apfloat, jackson-annotations, jackson-core, jackson-databind, jgrapht-core, jheaps, jspecify, onnxruntime,"
                            + " pepper-core, pepper-onnx, protobuf-java, slf4j-api, snakeyaml-engine]",
                    jars.map(jar -> jar.getFileName().toString().replaceFirst("-\\d.*", ""))
                            .collect(Collectors.toCollection(TreeSet::new))
                            .toString());
        }
    }

    /** As the README says. */
    @Test
    void isNoLarger() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/runtime"))) {
            long bytes = jars.mapToLong(jar -> jar.toFile().length()).sum();
            assertTrue(bytes > 0 && bytes < 54_000_000L, bytes + " bytes");
        }
    }
}
