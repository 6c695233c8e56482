package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.pepper.monitor.internal.machine.FakeSystem;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mean power of counters of energy: differences, and counters that start again at 0. */
class EnergyCounterTest {
    private static final long SECOND = 1_000_000_000;
    private static final OptionalLong RANGE = OptionalLong.of(262_143_328_850L);

    private final EnergyCounter counter = new EnergyCounter();

    @TempDir
    Path root;

    @Test
    void theFirstReadingTellsNothingAndTheSecondTheMeanPower() {
        assertThat(counter.read(5_000_000, RANGE, 0)).isEmpty();
        assertThat(counter.read(25_000_000, RANGE, 2 * SECOND)).hasValue(10);
        assertThat(counter.read(26_000_000, RANGE, 2 * SECOND + 1000))
                .as("too short a time after the last reading")
                .hasValue(10);
        assertThat(counter.read(26_000_000, RANGE, 3 * SECOND)).hasValue(1);
    }

    @Test
    void aCounterThatStartsAgainGoesOnFromItsHighestValue() {
        counter.read(RANGE.orElseThrow() - 999_999, RANGE, 0);
        assertThat(counter.read(4_000_000, RANGE, SECOND).orElseThrow()).isCloseTo(5, Offset.offset(1e-5));
    }

    @Test
    void aCounterOfUnknownRangeThatFallsTellsNothing() {
        counter.read(1000, OptionalLong.empty(), 0);
        assertThat(counter.read(10, OptionalLong.empty(), SECOND)).isEmpty();
        assertThat(counter.read(2_000_010, OptionalLong.empty(), 2 * SECOND)).hasValue(2);
    }

    @Test
    void aTimeInWhichTheCounterMayHaveGoneRoundTellsNothing() {
        counter.read(0, RANGE, 0);
        assertThat(counter.read(1_000_000, RANGE, 3600 * SECOND)).isEmpty();
        assertThat(counter.read(8_000_000, RANGE, 3601 * SECOND)).hasValue(7);
    }

    @Test
    void morePowerThanAnyProcessorDrawsIsNoPower() {
        counter.read(0, RANGE, 0);
        assertThat(counter.read(200_000_000_000L, RANGE, SECOND)).isEmpty();
    }

    @Test
    void thePackagesOfAMachineAreAddedWithoutTheirParts() throws IOException {
        FakeSystem system = new FakeSystem(root);
        AtomicLong now = new AtomicLong();
        PowerMeter meter = new PowerMeter(new SystemFiles(root), now::get);
        energy(system, "intel-rapl:0", "package-0", 0);
        energy(system, "intel-rapl:1", "package-1", 0);
        energy(system, "intel-rapl:0:0", "core", 0);
        assertThat(meter.read()).isEmpty();
        now.set(SECOND);
        energy(system, "intel-rapl:0", "package-0", 10_000_000);
        energy(system, "intel-rapl:1", "package-1", 5_000_000);
        energy(system, "intel-rapl:0:0", "core", 8_000_000);
        assertThat(meter.read())
                .extracting(PowerRail::rail, PowerRail::watts)
                .containsExactly(tuple("package-0", 10.0), tuple("core:0:0", 8.0), tuple("package-1", 5.0));
        assertThat(PowerMeter.ofDevice(meter.read())).isEqualTo(OptionalDouble.of(15));
    }

    private static void energy(FakeSystem system, String zone, String name, long microjoules) throws IOException {
        String at = "sys/class/powercap/" + zone + "/";
        system.file(at + "name", name + "\n")
                .file(at + "energy_uj", microjoules + "\n")
                .file(at + "max_energy_range_uj", RANGE.orElseThrow() + "\n");
    }
}
