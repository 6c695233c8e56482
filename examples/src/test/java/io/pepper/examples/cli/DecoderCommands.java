package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.SmallDecoder;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Tests of commands on a small text generator and a cluster. */
abstract class DecoderCommands {
    @TempDir
    Path directory;

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    Path model = Path.of("");
    Path cluster = Path.of("");

    /** Writes the generator, and the cluster with this content. */
    void write(String devices) throws IOException {
        model = SmallDecoder.write(directory.resolve("decoder.onnx"));
        cluster = Files.writeString(directory.resolve("cluster.yaml"), devices);
    }

    int run(Object... args) {
        return CommandTest.run(out, err, args);
    }

    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }
}
