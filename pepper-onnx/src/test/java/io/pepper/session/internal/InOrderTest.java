package io.pepper.session.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The delivery of results in the order of their requests, to the last one. */
@Timeout(60)
class InOrderTest {
    private final List<Long> delivered = Collections.synchronizedList(new ArrayList<>());

    private static Thread closing(InOrder order) throws InterruptedException {
        Thread closing = new Thread(order::close);
        closing.start();
        while (closing.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        return closing;
    }

    private void done(InOrder order, long number) {
        order.done(number, () -> delivered.add(number));
    }

    /** A thread that finishes a request is about to deliver it while another one closes the session. */
    @Test
    void closeWaitsForTheResultsThatAreStillToCome() throws Exception {
        InOrder order = new InOrder("results");
        for (long number = 0; number < 3; number++) {
            assertThat(order.number()).isEqualTo(number);
        }
        done(order, 1);
        Thread closing = closing(order);
        assertThat(delivered).isEmpty();
        done(order, 2);
        done(order, 0);
        closing.join();
        assertThat(delivered).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aThreadThatWaitsForTheLastResultLetsCloseEnd() throws Exception {
        InOrder order = new InOrder("results");
        long number = order.number();
        Thread closing = closing(order);
        order.doneForWaiting(number, () -> delivered.add(number));
        closing.join();
        assertThat(delivered).containsExactly(0L);
    }

    @Test
    void aDeliveryMayClose() throws Exception {
        InOrder order = new InOrder("results");
        CountDownLatch ended = new CountDownLatch(1);
        order.number();
        order.number();
        order.done(0, () -> {
            order.close();
            delivered.add(0L);
        });
        order.done(1, ended::countDown);
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        order.close();
        assertThat(delivered).containsExactly(0L);
    }

    @Test
    void closesWithoutRequestsAndTwice() {
        InOrder order = new InOrder("results");
        order.close();
        order.close();
        assertThat(delivered).isEmpty();
    }
}
