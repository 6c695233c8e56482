package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LineTest {
    private static final long MESSAGE = TimeUnit.MILLISECONDS.toNanos(3);

    @Test
    void messagesFollowEachOtherWithoutGapsHoweverLateTheirThreadsWake() {
        Line line = new Line();
        long sent = System.nanoTime();
        Cancellation request = new Cancellation();
        for (int message = 0; message < 20; message++) {
            assertThat(line.carry(sent, MESSAGE, request)).isEqualTo(sent + message * MESSAGE);
            assertThat(System.nanoTime() - sent).isGreaterThanOrEqualTo((message + 1) * MESSAGE);
        }
        long later = System.nanoTime() + MESSAGE;
        assertThat(line.carry(later, MESSAGE, request)).isEqualTo(later);
    }

    @Test
    void threadsThatSendAtTheSameTimeTakeTurns() {
        Line line = new Line();
        long sent = System.nanoTime();
        CompletableFuture<Long> other =
                CompletableFuture.supplyAsync(() -> line.carry(sent, MESSAGE, new Cancellation()));
        long own = line.carry(sent, MESSAGE, new Cancellation());
        assertThat(new long[] {Math.min(own, other.join()), Math.max(own, other.join())})
                .containsExactly(sent, sent + MESSAGE);
    }

    @Test
    void aCancelledMessageFreesTheLine() {
        Line line = new Line();
        long sent = System.nanoTime();
        Cancellation cancelled = new Cancellation();
        cancelled.request();
        assertThat(line.carry(sent, TimeUnit.HOURS.toNanos(1), cancelled)).isEqualTo(sent);
        assertThat(line.carry(sent, MESSAGE, new Cancellation())).isLessThan(sent + TimeUnit.HOURS.toNanos(1));
    }
}
