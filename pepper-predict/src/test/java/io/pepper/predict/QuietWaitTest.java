package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.Conditions;
import io.pepper.predict.CampaignMoment.Span;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** A campaign waits while other processes use the machine, as long as it may, on a clock that the test moves. */
class QuietWaitTest {
    private double now;
    private DoubleUnaryOperator foreign = seconds -> 0;
    private final List<Span> heard = new ArrayList<>();

    /** A moment at which others take what a function of its time says; a span tells the later one's. */
    private record Fake(double at, double foreign) implements CampaignMoment {
        @Override
        public double secondsSince(CampaignMoment earlier) {
            return at - ((Fake) earlier).at;
        }

        @Override
        public Span since(CampaignMoment earlier) {
            return new Span(
                    OptionalDouble.of(((Fake) earlier).at), // Tells the test from when.
                    OptionalDouble.of(foreign),
                    OptionalDouble.empty(),
                    0,
                    Conditions.UNKNOWN);
        }
    }

    private QuietWait waiting(double seconds) {
        return new QuietWait(
                () -> new Fake(now, foreign.applyAsDouble(now)),
                time -> now += time.toMillis() / 1e3,
                Duration.ofMillis(Math.round(seconds * 1e3)));
    }

    @Test
    void aQuietMachineIsNotWaitedFor() throws IOException {
        QuietWait quiet = waiting(30);
        assertThat(quiet.settle(heard::add).isBusy()).isFalse();
        assertThat(quiet.waited()).isZero();
        assertThat(heard).isEmpty();
    }

    @Test
    void aBusyMachineIsWaitedForUntilItIsQuiet() throws IOException {
        foreign = seconds -> seconds < 5 ? 50 : 2;
        QuietWait quiet = waiting(30);
        assertThat(quiet.settle(heard::add).isBusy()).isFalse();
        assertThat(now).isBetween(5.0, 6.0);
        assertThat(heard).isNotEmpty().allMatch(Span::isBusy);
    }

    @Test
    void aMachineThatStaysBusyIsGivenUpOnceAndNotAgain() throws IOException {
        foreign = seconds -> 50;
        QuietWait quiet = waiting(3);
        assertThat(quiet.settle(heard::add).isBusy()).isTrue();
        assertThat(now).isBetween(3.0, 4.0);
        double before = now;
        assertThat(quiet.mayWait()).isFalse();
        assertThat(quiet.settle(heard::add).isBusy()).isTrue();
        assertThat(now - before).as("one look, no wait").isLessThan(0.5);
    }

    @Test
    void afterQuietTheNextBusySpellIsWaitedForAnew() throws IOException {
        foreign = seconds -> seconds < 10 || (seconds > 20 && seconds < 22) ? 50 : 0;
        QuietWait quiet = waiting(3);
        assertThat(quiet.settle(heard::add).isBusy()).isTrue();
        now = 12;
        assertThat(quiet.settle(heard::add).isBusy()).isFalse();
        now = 20.1;
        assertThat(quiet.settle(heard::add).isBusy()).isFalse();
        assertThat(now).isGreaterThan(22);
    }

    @Test
    void withoutPatienceItOnlyLooks() throws IOException {
        foreign = seconds -> 100;
        QuietWait quiet = waiting(0);
        assertThat(quiet.settle(heard::add).isBusy()).isTrue();
        assertThat(quiet.waited()).isZero();
        assertThat(heard).isEmpty();
    }

    @Test
    void shortIntervalsAreJudgedTogetherWithThePreviousOnes() throws IOException {
        QuietWait quiet = waiting(0);
        quiet.settle(heard::add); // From 0 to 0.4.
        CampaignMoment begin = quiet.begin();
        now += 0.05;
        assertThat(quiet.since(begin).achievedPercent())
                .as("since settling began")
                .hasValue(0);
        for (int i = 0; i < 20; i++) {
            begin = quiet.begin();
            now += 0.05;
        }
        double from = quiet.since(begin).achievedPercent().orElseThrow();
        assertThat(now - from).as("half a second at least, and not much more").isBetween(0.49, 0.6);
        begin = quiet.begin();
        double at = now;
        now += 3;
        assertThat(quiet.since(begin).achievedPercent())
                .as("long enough by itself")
                .hasValue(at);
    }

    @Test
    void canBeInterrupted() {
        QuietWait quiet = new QuietWait(
                () -> new Fake(0, 0),
                time -> {
                    throw new InterruptedException();
                },
                Duration.ZERO);
        assertThatThrownBy(() -> quiet.settle(heard::add)).isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }
}
