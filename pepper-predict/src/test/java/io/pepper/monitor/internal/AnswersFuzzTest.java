package io.pepper.monitor.internal;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** Whatever a server answers, it is understood or refused. */
@Tag("fuzz")
class AnswersFuzzTest {
    @FuzzTest(maxDuration = "60m")
    void answer(byte[] data) {
        try {
            PrometheusClient.samples("http://fuzz", 200, data);
        } catch (IOException refused) {
            // As it should be.
        }
    }
}
