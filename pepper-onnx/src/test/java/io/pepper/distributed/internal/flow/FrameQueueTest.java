package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.distributed.internal.flow.FrameQueue.Outgoing;
import io.pepper.distributed.internal.flow.FrameQueue.Turn;
import io.pepper.distributed.internal.proto.FlowHeader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Turns of writing: one thread at a time, in order, and each frame ends once. */
@Timeout(60)
class FrameQueueTest {
    private final AtomicInteger ended = new AtomicInteger();

    private Outgoing frame() {
        return new Outgoing(FrameEncoder.encode(FlowHeader.newBuilder(), List.of(), ended::incrementAndGet));
    }

    @Test
    void aSenderWritesOnlyWhenNothingWaitsAndNobodyWrites() throws InterruptedException {
        FrameQueue queue = new FrameQueue(8);
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.WRITE);
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.WAIT);
        assertThat(queue.pass(null)).isTrue();
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.WAIT);
        assertThat(queue.take()).isNotNull();
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.WAIT);
        assertThat(queue.pass(null)).isTrue();
    }

    @Test
    void theRestOfAFrameGoesFirst() throws InterruptedException {
        FrameQueue queue = new FrameQueue(8);
        Outgoing first = frame();
        Outgoing second = frame();
        assertThat(queue.add(first, true)).isEqualTo(Turn.WRITE);
        assertThat(queue.add(second, true)).isEqualTo(Turn.WAIT);
        assertThat(queue.pass(first)).isTrue();
        assertThat(queue.take()).isSameAs(first);
        assertThat(queue.pass(null)).isTrue();
        assertThat(queue.take()).isSameAs(second);
    }

    @Test
    void theEndReturnsWhatWaitsAndRefusesTheRestAndWhatFollows() throws InterruptedException {
        FrameQueue queue = new FrameQueue(8);
        Outgoing first = frame();
        Outgoing second = frame();
        assertThat(queue.add(first, true)).isEqualTo(Turn.WRITE);
        assertThat(queue.add(second, true)).isEqualTo(Turn.WAIT);
        assertThat(queue.end()).containsExactly(second);
        assertThat(queue.pass(first)).isFalse();
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.REFUSED);
        assertThat(queue.take()).isNull();
    }

    @Test
    void afterTheLastFrameNoneIsTakenAndTooManyAreRefused() throws InterruptedException {
        FrameQueue queue = new FrameQueue(2);
        assertThat(queue.add(frame(), false)).isEqualTo(Turn.WAIT);
        assertThat(queue.add(frame(), false)).isEqualTo(Turn.WAIT);
        assertThat(queue.add(frame(), false)).isEqualTo(Turn.REFUSED);
        queue.finish();
        assertThat(queue.take()).isNotNull();
        assertThat(queue.pass(null)).isTrue();
        assertThat(queue.take()).isNotNull();
        assertThat(queue.pass(null)).isTrue();
        assertThat(queue.take()).isNull();
        assertThat(queue.add(frame(), true)).isEqualTo(Turn.REFUSED);
    }

    /** Senders that write themselves, a writer, and an end in the middle: every frame ends once. */
    @Test
    void everyFrameEndsOnceWhoeverWritesIt() throws Exception {
        FrameQueue queue = new FrameQueue(1 << 16);
        int each = 5_000;
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch half = new CountDownLatch(each);
        for (int sender = 0; sender < 3; sender++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    send(queue, i % 3 == 0);
                    half.countDown();
                }
            }));
        }
        threads.add(new Thread(() -> {
            try {
                for (Outgoing next = queue.take(); next != null; next = queue.take()) {
                    next.over();
                    queue.pass(null);
                }
            } catch (InterruptedException | RuntimeException failed) {
                failures.add(failed);
            }
        }));
        threads.forEach(Thread::start);
        half.await();
        queue.end().forEach(Outgoing::over);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(ended).hasValue(3 * each);
    }

    private void send(FrameQueue queue, boolean leavesRest) {
        Outgoing frame = frame();
        Turn turn = queue.add(frame, true);
        if (turn == Turn.REFUSED) {
            frame.over();
        } else if (turn == Turn.WRITE && leavesRest) {
            if (!queue.pass(frame)) {
                frame.over();
            }
        } else if (turn == Turn.WRITE) {
            frame.over();
            queue.pass(null);
        }
    }
}
