package io.pepper.predict;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;

/** The data sets in {@code src/test/resources/boards}. */
final class BoardData {
    private BoardData() {}

    static LatencyDataset boards() throws IOException {
        return read("boards");
    }

    static LatencyDataset encoders(String device) throws IOException {
        return read("encoders-" + device);
    }

    private static LatencyDataset read(String name) throws IOException {
        String resource = "/boards/" + name + ".csv.gz";
        URL found = Objects.requireNonNull(BoardData.class.getResource(resource), resource);
        try {
            return LatencyDataset.read(Path.of(found.toURI()));
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
