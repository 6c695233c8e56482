package io.pepper.serving.internal;

import io.pepper.session.ModelSession;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The models of a server, with limits on requests and their time. Thread-safe. */
public final class ModelService implements AutoCloseable {
    private final Map<String, ServedModel> models = new LinkedHashMap<>();
    private final ServerDescription description;
    private final int maxRequests;
    private final Semaphore free;
    private final Duration maxTime;
    private final Set<CallWatch> running = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor clock;
    private volatile boolean closing;

    /** The receiver of an answer, which must write it before the return. */
    @FunctionalInterface
    public interface AnswerWriter {
        /**
         * Writes the answer.
         *
         * @param answer the answer, whose buffers are valid until the return
         * @throws IOException if the caller cannot be reached
         */
        void write(InferAnswer answer) throws IOException;
    }

    /** A permission for one request. Closing it twice is allowed. */
    public final class Permit implements AutoCloseable {
        private boolean returned;

        private Permit() {}

        @Override
        public synchronized void close() {
            if (!returned) {
                returned = true;
                free.release();
            }
        }
    }

    /**
     * Creates a service.
     *
     * @param sessions the sessions by the name of their model; the caller closes them after this service
     * @param description the server's description
     * @param maxRequests the largest number of requests at a time
     * @param maxTime the time after which a request is ended
     * @throws IllegalArgumentException if a model cannot be served
     */
    public ModelService(
            Map<String, ? extends ModelSession> sessions,
            ServerDescription description,
            int maxRequests,
            Duration maxTime) {
        sessions.forEach((name, session) -> models.put(name, new ServedModel(name, session)));
        this.description = description;
        this.maxRequests = maxRequests;
        this.free = new Semaphore(maxRequests);
        this.maxTime = maxTime;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "pepper-serve-clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
    }

    /**
     * Returns the server's description.
     *
     * @return the description
     */
    public ServerDescription description() {
        return description;
    }

    /**
     * Returns whether the server and all models answer.
     *
     * @return false once the server closes or a session is closed
     */
    public boolean isReady() {
        return !closing && models.values().stream().allMatch(ServedModel::isReady);
    }

    /**
     * Returns whether a model answers.
     *
     * @param name its name
     * @param version its version; empty for any
     * @return false if the model is closed
     * @throws ServingException if there is no such model or version
     */
    public boolean isReady(String name, String version) throws ServingException {
        return model(name, version).isReady() && !closing;
    }

    /**
     * Returns the description of a model.
     *
     * @param name its name
     * @param version its version; empty for any
     * @return the description
     * @throws ServingException if there is no such model or version
     */
    public ModelDescription describe(String name, String version) throws ServingException {
        return model(name, version).description();
    }

    private ServedModel model(String name, String version) throws ServingException {
        ServedModel model = models.get(name);
        if (model == null) {
            throw new ServingException(
                    ServingException.Reason.NOT_FOUND,
                    "there is no model '" + name + "', only " + models.keySet(),
                    null);
        }
        if (!version.isEmpty() && !version.equals(ServedModel.VERSION)) {
            throw new ServingException(
                    ServingException.Reason.NOT_FOUND,
                    "model '" + name + "' has no version '" + version + "', only " + ServedModel.VERSION,
                    null);
        }
        return model;
    }

    /**
     * Admits a request, before its message is read.
     *
     * @return a permission, to be closed when the request has ended
     * @throws ServingException if the server closes or has too many requests
     */
    public Permit admit() throws ServingException {
        if (closing) {
            throw closing();
        }
        if (!free.tryAcquire()) {
            throw new ServingException(
                    ServingException.Reason.BUSY,
                    "the server has " + maxRequests + " requests, which is its limit: try again later",
                    null);
        }
        return new Permit();
    }

    private static ServingException closing() {
        return new ServingException(ServingException.Reason.UNAVAILABLE, "the server closes", null);
    }

    /**
     * Runs a model on the calling thread.
     *
     * @param call the request
     * @param watch stops the request early
     * @param writer receives the answer
     * @throws ServingException if there is no answer
     * @throws IOException if the answer cannot be written
     */
    public void infer(InferCall call, CallWatch watch, AnswerWriter writer) throws IOException {
        ServedModel model = model(call.model(), call.version());
        Duration time =
                call.timeout().filter(given -> given.compareTo(maxTime) < 0).orElse(maxTime);
        running.add(watch);
        Optional<Future<?>> end = Optional.empty();
        try {
            if (closing) {
                throw closing();
            }
            end = Optional.of(clock.schedule(
                    () -> watch.stop(ServingException.Reason.TIMED_OUT), time.toNanos(), TimeUnit.NANOSECONDS));
            model.run(call, watch, writer::write);
        } finally {
            end.ifPresent(timer -> timer.cancel(false));
            running.remove(watch);
        }
    }

    /**
     * Refuses further requests, and waits for those in progress.
     *
     * @param atMost the time to wait; what still runs then is stopped
     */
    public void drain(Duration atMost) {
        closing = true;
        boolean interrupted = false;
        try {
            if (free.tryAcquire(maxRequests, atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                free.release(maxRequests);
                return;
            }
        } catch (InterruptedException early) {
            interrupted = true;
        }
        List.copyOf(running).forEach(watch -> watch.stop(ServingException.Reason.UNAVAILABLE));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        drain(Duration.ZERO);
        clock.shutdownNow();
    }
}
