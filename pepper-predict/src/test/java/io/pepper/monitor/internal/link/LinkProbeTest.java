package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is measured on links of known rates, in simulated time, and how many bytes and how much time that takes. */
class LinkProbeTest {
    private static final double BURST = 64 << 10;
    private static final long MAX_BYTES = 32 << 20;
    private static final Duration MAX_TIME = Duration.ofSeconds(8);

    private static LinkProbe.Result measure(SimulatedLink link, long bytes) throws IOException {
        return new LinkProbe(link, bytes, MAX_TIME, link::nanos).measure();
    }

    @ParameterizedTest
    @CsvSource({
        "0.25, 0.001",
        "0.25, 0.05",
        "1, 0.0002",
        "1, 0.1",
        "5, 0.02",
        "8, 0.15",
        "20, 0.005",
        "20, 0.1",
        "100, 0.0005",
        "100, 0.03",
        "300, 0.002",
        "1000, 0.0003",
        "1000, 0.003"
    })
    void theRateAndTheLatencyAreThoseOfTheLink(double megabits, double roundTrip) throws IOException {
        double rate = megabits * 1e6 / 8;
        SimulatedLink link = new SimulatedLink(rate, roundTrip, BURST);
        LinkProbe.Result result = measure(link, MAX_BYTES);
        assertThat(result.sentPerSecond()).isCloseTo(rate, withPercentage(15));
        assertThat(result.receivedPerSecond()).isCloseTo(rate, withPercentage(15));
        assertThat(result.latencySeconds()).as("half of the smallest").isCloseTo(roundTrip / 2, within(1e-6));
        assertThat(result.bytes()).isEqualTo(link.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        assertThat(link.nanos()).as("transfers end soon after the time").isLessThan(2 * MAX_TIME.toNanos());
        assertThat(link.trips()).isBetween(5, LinkProbe.ROUND_TRIPS + 1);
    }

    @Test
    void aFastLinkCostsNoMoreThanTheBytes() throws IOException {
        for (long bytes : new long[] {1 << 20, 4 << 20, 16 << 20}) {
            SimulatedLink link = new SimulatedLink(1.25e9, 0.0001, BURST);
            assertThat(measure(link, bytes).bytes()).isEqualTo(link.bytes()).isLessThanOrEqualTo(bytes);
        }
    }

    @Test
    void aSlowLinkIsNotFilledForLongerThanTheTime() throws IOException {
        SimulatedLink link = new SimulatedLink(20_000, 0.2, BURST);
        LinkProbe.Result result = measure(link, MAX_BYTES);
        assertThat(link.nanos()).isLessThan(3 * MAX_TIME.toNanos());
        assertThat(result.sentPerSecond()).isCloseTo(20_000, withPercentage(20));
    }

    @Test
    void aTransferThatBreaksOffFailsTheMeasurement() {
        SimulatedLink link = new SimulatedLink(1e6, 0.01, BURST);
        LinkTransport broken = new LinkTransport() {
            @Override
            public long roundTrip() {
                return link.roundTrip();
            }

            @Override
            public Arrival send(long bytes) throws IOException {
                return link.send(bytes);
            }

            @Override
            public Arrival receive(long bytes) throws IOException {
                HalfClock clock = new HalfClock(bytes, link::nanos);
                clock.arrived(bytes / 2);
                return clock.arrival();
            }

            @Override
            public void close() {
                link.close();
            }
        };
        assertThatThrownBy(() -> new LinkProbe(broken, MAX_BYTES, MAX_TIME, link::nanos).measure())
                .isInstanceOf(IOException.class)
                .hasMessage("the transfer ended after 32768 of 65536 bytes");
    }
}
