package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    void plans() throws IOException {
        Path file = directory.resolve("model.onnx");
        try (InputStream model = ClassLoader.getSystemResourceAsStream("models/ch_PP-OCRv4_rec_infer.onnx")) {
            Files.copy(model, file);
        }
        assertTrue(Application.plan(file).isOptimal());
    }

    @Test
    void isOnTheClassPath() {
        assertFalse(Application.class.getModule().isNamed());
    }

    /** Scala, which xgboost4j would bring, is left out. */
    @Test
    void thisComesAlong() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/runtime"))) {
            assertEquals(
                    "[apfloat, commons-logging, jackson-annotations, jackson-core, jackson-databind, jackson-dataformat-csv,"
                            + " jgrapht-core, jheaps, jspecify, kryo, minlog, objenesis, onnxruntime, pepper-core,"
                            + " pepper-onnx, pepper-predict, protobuf-java, reflectasm, slf4j-api, snakeyaml-engine,"
                            + " xgboost4j_2.12]",
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
            assertTrue(bytes > 0 && bytes < 72_000_000L, bytes + " bytes");
        }
    }
}
