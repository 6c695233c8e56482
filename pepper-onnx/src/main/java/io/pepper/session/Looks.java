package io.pepper.session;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that looks for a better placement. */
final class Looks {
    private static final Logger LOG = LoggerFactory.getLogger(Looks.class);

    private Looks() {}

    /** Looks regularly from now on, until the thread is shut down. */
    static ScheduledExecutorService every(Duration interval, Runnable look) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread daemon = new Thread(task, "pepper-adapt");
            daemon.setDaemon(true);
            return daemon;
        });
        ScheduledFuture<?> looks =
                thread.scheduleWithFixedDelay(look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        LOG.debug("searches for a better placement every {}: {}", interval, looks);
        return thread;
    }
}
