package io.pepper.session.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CoreAffinityTest {
    @Test
    void readsListsOfCores() {
        assertThat(CoreAffinity.numbers("0")).containsExactly(0);
        assertThat(CoreAffinity.numbers("0-3,8")).containsExactly(0, 1, 2, 3, 8);
        assertThat(CoreAffinity.numbers("2,4-5")).containsExactly(2, 4, 5);
    }

    @Test
    void saysWhichThreadsAreNotThere() {
        List<Integer> cores = CoreAffinity.cores();
        Assumptions.assumeFalse(cores.isEmpty(), "threads can be bound with taskset only, which is not there");
        assertThatThrownBy(() -> CoreAffinity.bind(ProcessHandle.current().pid(), "nobody-", 2, cores))
                .isInstanceOf(IOException.class)
                .hasMessage("only 0 of 2 threads could be bound to cores");
    }
}
