package io.pepper.examples.cli;

import io.pepper.distributed.CapabilityAnswer;
import io.pepper.distributed.CapabilityRequest;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeLostException;
import io.pepper.model.ProgressListener;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A task of a capability on several nodes at once. A node that is lost meanwhile is waited for. Used once. */
final class ClusterTasks {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    private final ClusterClient client;
    private final String capability;
    private final Duration patience;
    private final PrintWriter err;
    private final boolean estimates;
    private final Map<String, String> steps = new ConcurrentSkipListMap<>();
    private final AtomicInteger working = new AtomicInteger();

    /**
     * Prepares.
     *
     * @param patience how long a lost node is waited for after all others have ended
     * @param err receives progress
     * @param estimates whether the remaining time is estimated from the progress
     */
    ClusterTasks(ClusterClient client, String capability, Duration patience, PrintWriter err, boolean estimates) {
        this.client = client;
        this.capability = capability;
        this.patience = patience;
        this.err = err;
        this.estimates = estimates;
    }

    /**
     * The results.
     *
     * @param answers the answers of the nodes that ended their tasks
     * @param failures the reasons of the others
     */
    record Outcome(Map<String, CapabilityAnswer> answers, Map<String, String> failures) {
        Outcome {
            answers = Collections.unmodifiableMap(new TreeMap<>(answers));
            failures = Collections.unmodifiableMap(new TreeMap<>(failures));
        }
    }

    /**
     * Lets the nodes work, and waits for all.
     *
     * @param request returns the request to a node
     * @throws InterruptedIOException if the thread is interrupted; all tasks are cancelled
     */
    Outcome run(List<String> nodes, Function<String, CapabilityRequest> request) throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size(), work -> {
            Thread thread = new Thread(work, "pepper-" + capability);
            thread.setDaemon(true);
            return thread;
        });
        working.set(nodes.size());
        Map<String, Future<CapabilityAnswer>> running = new TreeMap<>();
        for (String node : nodes) {
            running.put(node, threads.submit(() -> new Follower(node, nodes.size()).follow(request.apply(node))));
        }
        try {
            return outcome(running);
        } catch (InterruptedException stopped) {
            threads.shutdownNow();
            awaitEnd(threads);
            Thread.currentThread().interrupt();
            InterruptedIOException end = new InterruptedIOException("the tasks of the nodes were cancelled");
            end.initCause(stopped);
            throw end;
        } finally {
            threads.shutdownNow();
        }
    }

    private Outcome outcome(Map<String, Future<CapabilityAnswer>> running) throws IOException, InterruptedException {
        Map<String, CapabilityAnswer> answers = new TreeMap<>();
        Map<String, String> failures = new TreeMap<>();
        for (Map.Entry<String, Future<CapabilityAnswer>> node : running.entrySet()) {
            try {
                answers.put(node.getKey(), node.getValue().get());
            } catch (ExecutionException failed) {
                Throwable cause = failed.getCause();
                if (!(cause instanceof IOException)) {
                    throw new IOException("node " + node.getKey() + ": " + cause, failed);
                }
                String step = steps.getOrDefault(node.getKey(), "");
                failures.put(
                        node.getKey(),
                        cause.getMessage()
                                + (cause instanceof NodeLostException && !step.isEmpty()
                                        ? "; it was at: " + step
                                        : ""));
            }
        }
        return new Outcome(answers, failures);
    }

    /** Removes the tasks from the nodes, whose results are no longer needed. */
    void remove(List<String> nodes, CapabilityRequest request) {
        for (String node : nodes) {
            try {
                client.removeTask(node, capability, request);
            } catch (IOException kept) {
                err.println("pepper: " + node + " keeps the files of its task until later ones take their place: "
                        + kept.getMessage());
            }
        }
    }

    private static void awaitEnd(ExecutorService threads) {
        try {
            boolean unused = threads.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns how far the nodes are, for people. */
    String steps() {
        StringBuilder text = new StringBuilder();
        steps.forEach((node, step) -> text.append(text.isEmpty() ? "" : "; ")
                .append(node)
                .append(" was at: ")
                .append(step));
        return text.toString();
    }

    /** The task of one node. */
    private final class Follower implements ProgressListener {
        private final String node;
        private final ProgressListener console;
        private boolean lost;
        private Duration alone = Duration.ZERO;

        Follower(String node, int nodes) {
            this.node = node;
            ConsoleProgress lines = new ConsoleProgress(err, node + ": ", Duration.ofSeconds(nodes));
            this.console = estimates ? new RemainingTime(lines) : lines;
        }

        CapabilityAnswer follow(CapabilityRequest request) throws IOException, InterruptedException {
            try {
                while (true) {
                    try {
                        return client.perform(node, capability, request, this);
                    } catch (NodeLostException gone) {
                        lose(gone);
                    }
                    Thread.sleep(PAUSE.toMillis());
                }
            } finally {
                working.addAndGet(lost ? 0 : -1);
            }
        }

        private void lose(NodeLostException gone) throws NodeLostException {
            if (!lost) {
                lost = true;
                working.decrementAndGet();
                err.println("pepper: " + gone.getMessage() + "; waits for it");
            }
            alone = working.get() > 0 ? Duration.ZERO : alone.plus(PAUSE);
            if (alone.compareTo(patience) > 0) {
                throw gone;
            }
        }

        @Override
        public void progress(String step, long done, long total) {
            if (lost) {
                lost = false;
                alone = Duration.ZERO;
                working.incrementAndGet();
                err.println("pepper: the node " + node + " is back");
            }
            if (!step.isEmpty()) {
                steps.put(node, step + " (" + done + " of " + total + ")");
                console.progress(step, done, total);
            }
        }
    }
}
