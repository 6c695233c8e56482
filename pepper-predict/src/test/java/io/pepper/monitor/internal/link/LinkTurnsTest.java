package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which transfers share an agent's link: none. */
class LinkTurnsTest {
    private long now = 5;
    private final LinkTurns turns = new LinkTurns(() -> now);

    @Test
    void aTurnIsTakenOnceAndUsedOnce() {
        assertThat(turns.take("a")).isTrue();
        assertThat(turns.take("b")).isFalse();
        assertThat(turns.begin("b")).as("not its turn").isFalse();
        assertThat(turns.begin("a")).isTrue();
        assertThat(turns.begin("a")).as("one transfer").isFalse();
        turns.end("b");
        assertThat(turns.take("b")).as("a stranger ends nothing").isFalse();
        turns.end("a");
        assertThat(turns.take("b")).isTrue();
    }

    @Test
    void aTurnThatIsNotUsedIsLostAfterTwoSeconds() {
        assertThat(turns.take("a")).isTrue();
        now += LinkTurns.UNUSED_NANOS;
        assertThat(turns.take("b")).isFalse();
        now++;
        assertThat(turns.take("b")).isTrue();
        assertThat(turns.begin("a")).isFalse();
    }

    @Test
    void aTransferThatNeverEndsKeepsItsTurnForAMinute() {
        assertThat(turns.take("a") && turns.begin("a")).isTrue();
        now += LinkTurns.MINUTE_NANOS;
        assertThat(turns.take("b")).isFalse();
        now++;
        assertThat(turns.take("b")).isTrue();
    }

    @Test
    void theBytesOfAMinuteAreBounded() {
        assertThat(turns.admits(LinkTurns.MAX_BYTES_IN_A_MINUTE - 1)).isTrue();
        assertThat(turns.admits(2)).isFalse();
        assertThat(turns.admits(1)).isTrue();
        assertThat(turns.admits(1)).isFalse();
        now += LinkTurns.MINUTE_NANOS;
        assertThat(turns.admits(LinkTurns.MAX_BYTES_IN_A_MINUTE)).isTrue();
    }
}
