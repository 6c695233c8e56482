package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApplicationTest {
    @Test
    void finds() {
        assertEquals(1, Application.cuts().size());
        assertTrue(Application.cuts().get(0).toString().contains("y"));
    }

    @Test
    void isAModule() {
        assertTrue(Application.class.getModule().isNamed());
        assertEquals("io.pepper.core", io.pepper.cut.Cuts.class.getModule().getName());
    }

    /** No native code, no protobuf, no ONNX Runtime. */
    @Test
    void littleComesAlong() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of("target/runtime"))) {
            assertEquals(
                    "[apfloat, jgrapht-core, jheaps, jspecify, pepper-core, snakeyaml-engine]",
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
            assertTrue(bytes > 0 && bytes < 3_000_000L, bytes + " bytes");
        }
    }
}
