package io.pepper.examples.http;

import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.SubmodelExporter;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.runtime.TemporaryDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Divides uploaded models one after the other, and keeps the parts of the latest. Thread-safe. */
final class SplitJobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SplitJobs.class);
    private static final int MOST_WAITING = 16;
    private static final int MOST_KEPT = 32;

    private final ThreadPoolExecutor worker =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING));
    private final Map<String, Job> jobs = new LinkedHashMap<>();

    /** As the original names them on the wire. */
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
        private volatile Status status = Status.PENDING;
        private volatile String message = "";

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

        Status status() {
            return status;
        }

        /** What went wrong. */
        String message() {
            return message;
        }

        private Path parts() {
            return directory.path().resolve("parts");
        }

        /** Writes {@code <model>_part<i>.onnx} for each part. */
        void zip(OutputStream out) throws IOException {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
                int number = 0;
                for (PartitionManifest.Part part :
                        PartitionManifest.read(parts()).parts()) {
                    zip.putNextEntry(new ZipEntry(model + "_part" + ++number + ".onnx"));
                    Files.copy(parts().resolve(part.file()), zip);
                    zip.closeEntry();
                }
            }
        }
    }

    /**
     * Takes a job.
     *
     * @param model the name for its parts
     * @param directory with the model in {@code file}; belongs to the job from now on
     * @param file the model
     * @param distance between cuts, in operators
     * @throws RejectedExecutionException if too many wait
     */
    Job submit(String model, TemporaryDirectory directory, Path file, int distance) {
        Job job = new Job(model, directory);
        worker.execute(() -> split(job, file, distance));
        synchronized (jobs) {
            jobs.put(job.id, job);
        }
        forgetOldest();
        return job;
    }

    Optional<Job> find(String id) {
        synchronized (jobs) {
            return Optional.ofNullable(jobs.get(id));
        }
    }

    private static void split(Job job, Path file, int distance) {
        job.status = Status.PROCESSING;
        try (OnnxModel model = OnnxModel.load(file)) {
            Partition partition = Partitioner.minimumDistance(distance).partition(model.cuts());
            SubmodelExporter.export(model, partition, job.parts());
            job.status = Status.DONE;
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("job {} failed", job.id, e);
            job.message = String.valueOf(e.getMessage());
            job.status = Status.ERROR;
        }
    }

    private void forgetOldest() {
        synchronized (jobs) {
            while (jobs.size() > MOST_KEPT) {
                Job oldest = jobs.remove(jobs.keySet().iterator().next());
                worker.execute(() -> delete(oldest));
            }
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
        worker.shutdownNow();
        try {
            worker.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (jobs) {
            jobs.values().forEach(SplitJobs::delete);
            jobs.clear();
        }
    }
}
