package io.pepper;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.document.InvalidFileException;
import io.pepper.plan.CostTable;
import io.pepper.plan.PlanSimulator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/**
 * Whatever bytes a reader is given, it reads them or refuses them by line and field. In the build the inputs beside this class are
 * tried; with {@code JAZZER_FUZZ=1} and one method chosen, new ones are looked for.
 */
@Tag("fuzz")
class ReadersFuzzTest {
    private static final Cluster TWO = Cluster.builder()
            .device(Device.of("pi"))
            .device(Device.of("server"))
            .defaultLink(Link.FREE)
            .build();

    @FuzzTest(maxDuration = "60m")
    void cluster(byte[] data) {
        try {
            Cluster.parse(new String(data, StandardCharsets.UTF_8), "fuzz");
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void costs(byte[] data) {
        try {
            CostTable.parse(new String(data, StandardCharsets.UTF_8), "fuzz", TWO);
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }

    @FuzzTest(maxDuration = "60m")
    void trace(byte[] data) {
        try {
            PlanSimulator.Trace.parse(new String(data, StandardCharsets.UTF_8), "fuzz");
        } catch (InvalidFileException refused) {
            // As it should be.
        }
    }
}
