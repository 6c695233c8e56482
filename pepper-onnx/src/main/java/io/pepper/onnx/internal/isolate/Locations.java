package io.pepper.onnx.internal.isolate;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * The places from which this process loaded this library and its dependencies.
 *
 * @param files jars and directories
 * @param inImage whether this library's own modules are part of a run-time image made by jlink
 */
record Locations(List<Path> files, boolean inImage) {
    /** One class of each jar that a child needs. */
    private static final List<String> NEEDED = List.of(
            "io.pepper.onnx.OnnxModel",
            "io.pepper.graph.DataflowGraph",
            "ai.onnxruntime.OrtEnvironment",
            "com.google.protobuf.Message",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.core.JsonFactory",
            "com.fasterxml.jackson.annotation.JsonInclude",
            "org.jgrapht.Graph",
            "org.slf4j.Logger");

    /**
     * A jar in a jar, as Spring Boot's loaders name it: {@code jar:nested:/app.jar/!BOOT-INF/lib/x.jar!/}, {@code
     * jar:file:/app.jar!/BOOT-INF/lib/x.jar!/}.
     */
    private static final Pattern NESTED =
            Pattern.compile("(?:jar:)?(?:nested|file):(?<outer>[^!]+?)/?!/?(?<inner>[^!]+?\\.jar)(?:!/?)?");

    private static final Map<String, Path> EXTRACTED = new HashMap<>();
    private static @Nullable ScratchDirectory extractedTo;

    /**
     * Finds the places.
     *
     * @throws IOException if a class was loaded from a place that a child cannot load from
     */
    static Locations find() throws IOException {
        Set<Path> files = new LinkedHashSet<>();
        boolean inImage = false;
        for (String name : NEEDED) {
            URL location = location(name);
            if (location.getProtocol().equals("jrt")) {
                inImage = true;
            } else {
                files.add(file(name, location.toString()));
            }
        }
        return new Locations(List.copyOf(files), inImage);
    }

    private static URL location(String name) throws IOException {
        try {
            Class<?> type = Class.forName(name, false, Locations.class.getClassLoader());
            CodeSource source = type.getProtectionDomain().getCodeSource();
            if (source != null && source.getLocation() != null) {
                return source.getLocation();
            }
        } catch (ClassNotFoundException | LinkageError missing) {
            throw new IOException("an isolated run needs " + name + ", which is missing", missing);
        }
        throw unknown(name, "no place");
    }

    static Path file(String name, String location) throws IOException {
        Matcher nested = NESTED.matcher(location);
        if (nested.matches()) {
            return extracted(location, decoded(nested.group("outer")), decoded(nested.group("inner")));
        }
        try {
            URI uri = new URI(location);
            if ("file".equals(uri.getScheme())) {
                return Path.of(uri);
            }
        } catch (URISyntaxException | IllegalArgumentException noFile) {
            throw unknown(name, location);
        }
        throw unknown(name, location);
    }

    private static String decoded(String path) throws IOException {
        try {
            return new URI("file:" + path.replace(" ", "%20")).getSchemeSpecificPart();
        } catch (URISyntaxException odd) {
            throw new IOException("an isolated run cannot read " + path + ": " + odd.getMessage(), odd);
        }
    }

    private static IOException unknown(String name, String location) {
        return new IOException("an isolated run cannot be started: its process could not load " + name + " from "
                + location + "; name the jars with Isolation.withClassPath");
    }

    /** Returns a jar in a jar, extracted once for the life of this process. */
    private static Path extracted(String location, String outer, String inner) throws IOException {
        synchronized (EXTRACTED) {
            Path known = EXTRACTED.get(location);
            if (known != null && Files.isRegularFile(known)) {
                return known;
            }
            if (extractedTo == null) {
                extractedTo = ScratchDirectory.create("jars-");
            }
            Path file = extractedTo.path().resolve(EXTRACTED.size() + ".jar");
            try (ZipFile jar = new ZipFile(outer)) {
                ZipEntry entry = jar.getEntry(inner);
                if (entry == null) {
                    throw new IOException("an isolated run cannot be started: " + outer + " holds no " + inner);
                }
                try (InputStream bytes = jar.getInputStream(entry)) {
                    Files.copy(bytes, file);
                }
            }
            EXTRACTED.put(location, file);
            return file;
        }
    }
}
