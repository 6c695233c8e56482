package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.control.ClusterSystem.Listener;
import io.pepper.distributed.internal.control.ClusterSystem.Peer;
import io.pepper.distributed.internal.proto.Hello;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership of one process in a cluster. If the cluster removes the member, for instance after a partition, it starts
 * a new actor system on the same port and joins again, until it is closed. Thread-safe.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final long LONGEST_PAUSE = 10_000;

    private final SystemSettings settings;
    private final List<String> seeds;
    private final Hello hello;
    private final Proofs proofs;
    private final Directory directory;
    private final Listener listener;
    private final Set<String> known = new LinkedHashSet<>();
    private ClusterSystem system;
    private boolean closed;
    private int rejoined;

    private Membership(
            SystemSettings settings,
            List<String> seeds,
            Hello hello,
            Proofs proofs,
            Directory directory,
            Listener listener,
            ClusterSystem system) {
        this.settings = settings;
        this.seeds = List.copyOf(seeds);
        this.hello = hello;
        this.proofs = proofs;
        this.directory = directory;
        this.listener = listener;
        this.system = system;
    }

    /**
     * Starts a member and joins.
     *
     * @throws IOException if it cannot listen or join
     */
    static Membership start(
            SystemSettings settings,
            List<String> seeds,
            Hello hello,
            Directory directory,
            Listener listener,
            Duration patience)
            throws IOException {
        Proofs proofs = new Proofs(settings.identity());
        ClusterSystem system = ClusterSystem.start(settings, listener);
        Membership membership = new Membership(system.settings(), seeds, hello, proofs, directory, listener, system);
        try {
            directory.use(system);
            membership.enter(system, patience);
            membership.watch(system);
            return membership;
        } catch (IOException | RuntimeException failed) {
            membership.close();
            throw failed;
        }
    }

    private void enter(ClusterSystem entering, Duration patience) throws IOException {
        List<String> wanted = new ArrayList<>(seeds);
        boolean mayForm;
        synchronized (this) {
            wanted.addAll(known);
            mayForm = known.isEmpty(); // Else a partition would become two clusters.
        }
        Joining joining = new Joining(entering, proofs, hello, mayForm);
        if (wanted.isEmpty()) {
            joining.form(patience);
        } else {
            joining.join(wanted, patience);
        }
        checkUnique(entering);
        directory.use(entering);
    }

    /** Two nodes of one name can join at the same moment: the younger one leaves. */
    private void checkUnique(ClusterSystem entered) throws IOException {
        if (hello.getClient()) {
            return;
        }
        List<Peer> peers = entered.peers();
        Peer own = peers.stream()
                .filter(peer -> peer.uid() == entered.uid())
                .findFirst()
                .orElseThrow(() -> new IOException("the cluster removed this member at once"));
        for (Peer peer : peers) {
            boolean same = peer.isNode() && peer.device().equals(own.device());
            if (same && peer.uid() != own.uid() && peer.age() < own.age()) {
                throw new IOException(NameCheck.taken(hello.getName(), peer));
            }
        }
    }

    private void watch(ClusterSystem watched) {
        Future<?> unused = watched.terminated().whenComplete((done, failed) -> {
            if (!isClosed()) {
                Thread again = new Thread(this::rejoin, "pepper-rejoin");
                again.setDaemon(true);
                again.start();
            }
        });
    }

    private void rejoin() {
        LOG.warn("{}: the cluster removed this member; it joins again", hello.getName());
        for (long pause = 500; !isClosed(); pause = Math.min(LONGEST_PAUSE, 2 * pause)) {
            try {
                ClusterSystem next = ClusterSystem.start(settings, listener);
                try {
                    enter(next, Duration.ofSeconds(30));
                    accept(next);
                    return;
                } catch (IOException | RuntimeException failed) {
                    next.close();
                    throw failed;
                }
            } catch (IOException | RuntimeException failed) {
                LOG.warn("{}: cannot join again yet: {}", hello.getName(), failed.getMessage());
                sleep(pause);
            }
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept(ClusterSystem next) {
        synchronized (this) {
            system = next;
            rejoined++;
        }
        if (isClosed()) {
            next.close();
        } else {
            LOG.info("{}: joined again", hello.getName());
            watch(next);
        }
    }

    /** Notes the present members, by which this one can join again. */
    void note() {
        synchronized (this) {
            for (Peer peer : system.peers()) {
                if (peer.isNode() && peer.uid() != system.uid()) {
                    known.add(peer.address());
                }
            }
        }
    }

    synchronized ClusterSystem system() {
        return system;
    }

    /** Returns how often the member joined again. */
    synchronized int rejoined() {
        return rejoined;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        ClusterSystem last;
        synchronized (this) {
            closed = true;
            last = system;
        }
        last.close();
    }
}
