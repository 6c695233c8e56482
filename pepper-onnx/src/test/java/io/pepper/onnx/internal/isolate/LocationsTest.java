package io.pepper.onnx.internal.isolate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where jars are, as class loaders name it. */
class LocationsTest {
    @TempDir
    Path directory;

    @Test
    void thisProcessKnowsAllJars() throws IOException {
        Locations found = Locations.find();
        assertThat(found.files()).hasSizeGreaterThanOrEqualTo(6).allSatisfy(file -> assertThat(file)
                .exists());
        assertThat(found.inImage()).isFalse();
    }

    @Test
    void filesWithSpacesAndDirectoriesAreFound() throws IOException {
        Path jar = Files.createFile(directory.resolve("with space.jar"));
        assertThat(Locations.file("x", jar.toUri().toString())).isEqualTo(jar);
        assertThat(Locations.file("x", directory.toUri().toString())).isEqualTo(directory);
    }

    /** Spring Boot's loader since 3.2, and that before. */
    @Test
    void jarsWithinAJarAreExtractedOnce() throws IOException {
        Path outer = directory.resolve("my app.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(outer))) {
            zip.putNextEntry(new ZipEntry("BOOT-INF/lib/inner-1.0.jar"));
            zip.write("bytes".getBytes(StandardCharsets.UTF_8));
        }
        String file = outer.toUri().getRawPath();
        for (String location : new String[] {
            "jar:nested:" + file + "/!BOOT-INF/lib/inner-1.0.jar!/",
            "jar:file:" + file + "!/BOOT-INF/lib/inner-1.0.jar!/"
        }) {
            Path extracted = Locations.file("x", location);
            assertThat(extracted).hasContent("bytes");
            assertThat(Locations.file("x", location)).isEqualTo(extracted);
        }
    }

    @Test
    void unusableLocationsAreNamed() {
        for (String location :
                new String[] {"https://example.org/x.jar", "no place", "jar:nested:/missing.jar/!BOOT-INF/classes/!/"
                }) {
            assertThatThrownBy(() -> Locations.file("io.pepper.X", location))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("io.pepper.X")
                    .hasMessageContaining(location)
                    .hasMessageContaining("Isolation.withClassPath");
        }
    }
}
