package io.pepper.monitor;

import io.pepper.document.SafeText;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The answers of nodes that were asked at the same time.
 *
 * @param found the answers by node
 * @param problems why the other nodes gave none
 */
record NodeAnswers<T>(Map<String, T> found, Map<String, String> problems) {
    private static final int MAX_THREADS = 32;
    private static final int MAX_SHOWN = 300;

    /**
     * Asks nodes.
     *
     * @param questions the question by node
     * @param patience the longest wait for all answers; then, unanswered questions are interrupted
     * @throws InterruptedIOException if the thread is interrupted
     */
    static <T> NodeAnswers<T> of(Map<String, Callable<T>> questions, Duration patience) throws InterruptedIOException {
        Map<String, T> found = new TreeMap<>();
        Map<String, String> problems = new TreeMap<>();
        ExecutorService threads =
                Executors.newFixedThreadPool(Math.max(1, Math.min(MAX_THREADS, questions.size())), work -> {
                    Thread thread = new Thread(work, "pepper-ask");
                    thread.setDaemon(true);
                    return thread;
                });
        try {
            Map<String, Future<T>> running = new LinkedHashMap<>();
            questions.forEach((node, question) -> running.put(node, threads.submit(question)));
            long end = System.nanoTime() + patience.toNanos();
            for (Map.Entry<String, Future<T>> each : running.entrySet()) {
                try {
                    found.put(
                            each.getKey(),
                            each.getValue().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS));
                } catch (TimeoutException late) {
                    problems.put(each.getKey(), "it gives no answer within " + patience.toSeconds() + " s");
                } catch (ExecutionException failed) {
                    Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
                    problems.put(each.getKey(), SafeText.line(String.valueOf(cause.getMessage()), MAX_SHOWN));
                }
            }
            return new NodeAnswers<>(found, problems);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("the reading was interrupted").initCause(stopped);
        } finally {
            threads.shutdownNow();
        }
    }
}
