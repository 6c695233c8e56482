package io.pepper.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Real models that come with the examples. */
public final class ExampleModels {
    private static final String TEXT_RECOGNISER = "ch_PP-OCRv4_rec_infer.onnx";

    private ExampleModels() {}

    /**
     * Writes PP-OCRv4's text recogniser: convolutions and attention, 860 operators, one input {@code x} of images
     * [batch, 3, 48, width].
     *
     * @param directory the directory of the file
     * @return its file
     * @throws IOException if the file cannot be written
     */
    public static Path textRecogniser(Path directory) throws IOException {
        Path file = directory.resolve(TEXT_RECOGNISER);
        try (InputStream packaged = ExampleModels.class.getResourceAsStream("/models/" + TEXT_RECOGNISER)) {
            if (packaged == null) {
                throw new FileNotFoundException("the model /models/" + TEXT_RECOGNISER + " is not on the class path");
            }
            Files.copy(packaged, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }
}
