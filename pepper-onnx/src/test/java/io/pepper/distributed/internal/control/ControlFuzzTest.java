package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/** Whatever bytes arrive, messages and lists of files are read from them, or they are refused. */
@Tag("fuzz")
class ControlFuzzTest {
    @FuzzTest(maxDuration = "60m")
    void envelope(byte[] data) {
        try {
            assertThat(new WireSerializer().fromBinary(data, "envelope")).isInstanceOf(Wire.class);
        } catch (NotSerializableException refused) {
            assertThat(refused).hasMessageContaining("malformed");
        }
    }

    @FuzzTest(maxDuration = "60m")
    void storedFiles(byte[] data) {
        try {
            StoredFiles read = StoredFiles.parse(new String(data, StandardCharsets.UTF_8));
            assertThat(StoredFiles.parse(read.text())).isEqualTo(read);
        } catch (IOException refused) {
            assertThat(refused).hasMessageMatching("(?s).+");
        }
    }
}
