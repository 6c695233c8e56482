package io.pepper.predict;

import java.io.IOException;
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
        return LatencyDataset.read(Path.of(Objects.requireNonNull(BoardData.class.getResource(resource), resource)
                .getPath()));
    }
}
