package io.pepper.examples.http;

import io.javalin.http.ServiceUnavailableResponse;
import io.pepper.export.ExportOptions;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.ModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of jobs that divide uploads, one after another on a separate thread. Each job ends, at its deadline at the
 * latest: done, or with an error. Its files are deleted when its lifetime has passed, or earlier, oldest jobs first,
 * when the permitted disk space is used up.
 */
final class SplitJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SplitJobs.class);
    private static final int MAX_WAITING = 16;
    private static final int MAX_KEPT = 64;

    private final ServiceOptions options;
    private final Clock clock;
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ThreadPoolExecutor worker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING));
    private final ScheduledExecutorService watch = new ScheduledThreadPoolExecutor(1);
    private final Future<?> expiry;

    /** The states of a job, with the original's names. */
    enum Status {
        PENDING,
        PROCESSING,
        DONE,
        ERROR
    }

    /** One upload. */
    static final class Job {
        private final String id = UUID.randomUUID().toString();
        private final String model;
        private final TemporaryDirectory directory;
        private Status status = Status.PENDING;
        private String message = "";
        private Optional<Instant> ended = Optional.empty();
        private @Nullable Future<?> watched;
        private FutureTask<?> work = new FutureTask<>(() -> {}, null);

        private Job(String model, TemporaryDirectory directory) {
            this.model = model;
            this.directory = directory;
        }

        String id() {
            return id;
        }

        String model() {
            return model;
        }

        synchronized Status status() {
            return status;
        }

        synchronized String message() {
            return message;
        }

        Path parts() {
            return directory.path().resolve("parts");
        }

        private synchronized boolean begin() {
            boolean waited = status == Status.PENDING;
            status = waited ? Status.PROCESSING : status;
            return waited;
        }

        /** Ends the job; further calls have no effect. */
        private synchronized void end(Status how, String why, Instant when) {
            if (ended.isEmpty()) {
                status = how;
                message = why;
                ended = Optional.of(when);
                if (watched != null) {
                    watched.cancel(false);
                }
            }
        }

        /** Replaces the job's deadline; there is none after the end. */
        private synchronized void watchedBy(Future<?> deadline) {
            if (watched != null) {
                watched.cancel(false);
            }
            watched = deadline;
            if (ended.isPresent()) {
                deadline.cancel(false);
            }
        }

        private synchronized Optional<Instant> ended() {
            return ended;
        }

        private long bytes() {
            try (Stream<Path> files = Files.walk(directory.path())) {
                return files.filter(Files::isRegularFile)
                        .mapToLong(SplitJobs::size)
                        .sum();
            } catch (IOException | UncheckedIOException changing) {
                return 0;
            }
        }
    }

    SplitJobs(ServiceOptions options, Clock clock) {
        this.options = options;
        this.clock = clock;
        long beat = Math.max(1, Math.min(options.jobLifetime().toMillis(), TimeUnit.MINUTES.toMillis(1)));
        expiry = watch.scheduleWithFixedDelay(this::expire, beat, beat, TimeUnit.MILLISECONDS);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            return 0;
        }
    }

    /**
     * Submits a job.
     *
     * @param directory the directory of the model and its parts; belongs to the job if this method returns
     * @throws ServiceUnavailableResponse if too many jobs wait, or the disk is full of active jobs
     */
    synchronized Job submit(String name, TemporaryDirectory directory, Path model, int distance) {
        Job job = new Job(name, directory);
        makeRoom(2 * job.bytes()); // The parts are about as large as the model.
        job.work = new FutureTask<>(() -> run(job, model, distance), null);
        job.watchedBy(watch(job, options.jobDeadline().multipliedBy(MAX_WAITING + 1), "waited"));
        synchronized (jobs) {
            jobs.put(job.id, job);
        }
        try {
            worker.execute(job.work);
        } catch (RejectedExecutionException full) {
            synchronized (jobs) {
                jobs.remove(job.id);
            }
            fail(job, "too many jobs wait; try again later");
            throw new ServiceUnavailableResponse(job.message());
        }
        return job;
    }

    /** Ends the job at its deadline. */
    private Future<?> watch(Job job, Duration most, String how) {
        return watch.schedule(
                () -> {
                    job.end(Status.ERROR, "the job " + how + " longer than " + most, clock.instant());
                    job.work.cancel(true);
                },
                most.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    Optional<Job> find(String id) {
        synchronized (jobs) {
            return Optional.ofNullable(jobs.get(id));
        }
    }

    private void run(Job job, Path file, int distance) {
        if (!job.begin()) {
            return;
        }
        job.watchedBy(watch(job, options.jobDeadline(), "took"));
        try (OnnxModel model = OnnxModel.load(file, options.reading())) {
            Partition partition = Partitioner.minimumDistance(distance).partition(model.cuts());
            SubmodelExporter.export(
                    model, partition, job.parts(), ExportOptions.DEFAULTS.withMaxBytes(room(Files.size(file))));
            job.end(Status.DONE, "", clock.instant());
        } catch (ModelException | IllegalArgumentException refused) {
            fail(job, Failures.without(job.directory.path(), refused.getMessage()));
        } catch (InterruptedIOException | ClosedByInterruptException stopped) {
            fail(job, "the job was stopped");
        } catch (OutOfMemoryError large) {
            fail(job, "the model needs more memory than the service has");
        } catch (IOException | RuntimeException | Error fault) {
            fail(job, Failures.logged(fault));
        }
    }

    /**
     * Returns the maximum bytes of parts of a model with this size: limited by the export's limit and the remaining
     * disk space.
     */
    private long room(long model) {
        synchronized (jobs) {
            long used = jobs.values().stream().mapToLong(Job::bytes).sum();
            long usual = ExportOptions.DEFAULT_TIMES * model + ExportOptions.DEFAULT_FLOOR;
            return Math.max(0, Math.min(usual, options.maxDiskBytes() - used));
        }
    }

    private void fail(Job job, String why) {
        job.end(Status.ERROR, why, clock.instant());
    }

    /** Deletes expired jobs, and then the oldest ended ones until there is room. */
    private void makeRoom(long needed) {
        expire();
        synchronized (jobs) {
            long used = jobs.values().stream().mapToLong(Job::bytes).sum();
            Iterator<Job> oldest = jobs.values().iterator();
            while ((used + needed > options.maxDiskBytes() || jobs.size() >= MAX_KEPT) && oldest.hasNext()) {
                Job job = oldest.next();
                if (job.ended().isPresent()) {
                    used -= job.bytes();
                    oldest.remove();
                    delete(job);
                }
            }
            if (used + needed > options.maxDiskBytes()) {
                throw new ServiceUnavailableResponse("the disk space of this service is taken; try again later");
            }
        }
    }

    /** Deletes the jobs whose lifetime has passed. */
    void expire() {
        Instant oldest = clock.instant().minus(options.jobLifetime());
        synchronized (jobs) {
            jobs.values().removeIf(job -> {
                boolean old = job.ended().filter(end -> end.isBefore(oldest)).isPresent();
                if (old) {
                    delete(job);
                }
                return old;
            });
        }
    }

    private static void delete(Job job) {
        try {
            job.directory.close();
        } catch (IOException e) {
            LOG.warn("cannot delete {}", job.directory.path(), e);
        }
    }

    @Override
    public void close() {
        expiry.cancel(false);
        watch.shutdownNow();
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("a job has not ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (jobs) {
            jobs.values().forEach(SplitJobs::delete);
            jobs.clear();
        }
    }
}
