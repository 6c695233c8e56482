package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    @Test
    void aBufferComesBackForItsSizeAloneAndIsEmpty() {
        BufferPool pool = new BufferPool(1 << 20);
        ByteBuffer first = pool.take(10_000);
        first.position(77).limit(99);
        pool.give(first);
        assertThat(pool.bytes()).isEqualTo(10_000);
        assertThat(pool.take(9_999)).isNotSameAs(first);
        ByteBuffer again = pool.take(10_000);
        assertThat(again).isSameAs(first);
        assertThat(again.remaining()).isEqualTo(10_000);
        assertThat(pool.take(10_000)).isNotSameAs(first);
        assertThat(pool.bytes()).isZero();
    }

    @Test
    void thePoolHoldsNoMoreThanItsLimitWhateverSizesCome() {
        BufferPool pool = new BufferPool(100_000);
        for (int size = 5_000; size < 60_000; size += 1_000) {
            pool.give(ByteBuffer.allocateDirect(size));
            assertThat(pool.bytes()).isLessThanOrEqualTo(100_000);
        }
        pool.give(ByteBuffer.allocateDirect(100_001));
        pool.give(ByteBuffer.allocateDirect(10));
        assertThat(pool.take(10).remaining()).isEqualTo(10);
    }

    @Test
    void smallBuffersComeBackAndCountAsMore() {
        BufferPool pool = new BufferPool(10_000);
        ByteBuffer small = pool.take(48);
        pool.give(small);
        assertThat(pool.bytes()).isEqualTo(512);
        assertThat(pool.take(48)).isSameAs(small);
        assertThat(pool.bytes()).isZero();
        for (int size = 1; size < 500; size++) {
            pool.give(ByteBuffer.allocateDirect(size));
            assertThat(pool.bytes()).isLessThanOrEqualTo(10_000);
        }
        pool.give(ByteBuffer.allocateDirect(0));
        assertThat(pool.bytes() % 512).isZero();
    }
}
