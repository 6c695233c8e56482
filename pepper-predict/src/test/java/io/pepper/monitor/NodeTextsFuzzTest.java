package io.pepper.monitor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Whatever a node of a cluster answers, it is understood or refused. */
@Tag("fuzz")
class NodeTextsFuzzTest {
    @FuzzTest(maxDuration = "60m")
    void state(byte[] data) throws IOException {
        try {
            DeviceReading reading = ReadingText.read("pi4", new String(data, StandardCharsets.UTF_8));
            DeviceReading again = ReadingText.read("pi4", ReadingText.write(reading));
            if (!again.state().equals(reading.state()) || !again.conditions().equals(reading.conditions())) {
                throw new IllegalStateException("read as " + reading + ", written as " + again);
            }
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void links(byte[] data) {
        try {
            LinkText.read("pi4", List.of("pi5", "nano"), new String(data, StandardCharsets.UTF_8));
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }
}
