package io.pepper.onnx.internal.isolate;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.export.Verification;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Whatever a child says, it is read or refused. */
@Tag("fuzz")
class AnswersFuzzTest {
    @FuzzTest(maxDuration = "60m")
    void verification(byte[] data) throws IOException {
        read(data, Verification.class);
    }

    @FuzzTest(maxDuration = "60m")
    void everything(byte[] data) throws IOException {
        read(data, ValueReaderTest.Everything.class);
    }

    private static void read(byte[] data, Class<? extends Record> type) throws IOException {
        try {
            new ValueReader(new ByteArrayInputStream(data), 1 << 16).read(type);
        } catch (EOFException | InvalidAnswerException refused) {
            // As it should be.
        }
    }
}
