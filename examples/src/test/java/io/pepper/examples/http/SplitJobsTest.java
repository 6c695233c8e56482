package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javalin.http.ServiceUnavailableResponse;
import io.pepper.examples.ExampleModels;
import io.pepper.session.TemporaryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs end, and what they took is given back. */
class SplitJobsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    };

    @TempDir
    Path directory;

    private SplitJobs.Job submit(SplitJobs jobs) throws IOException {
        TemporaryDirectory target = TemporaryDirectory.create("job-");
        Path model = target.path().resolve("model.onnx");
        Files.copy(ExampleModels.textRecogniser(directory), model);
        return jobs.submit("rec", target, model, 100);
    }

    private static void await(SplitJobs.Job job) throws InterruptedException {
        while (job.status() == SplitJobs.Status.PENDING || job.status() == SplitJobs.Status.PROCESSING) {
            Thread.sleep(10);
        }
    }

    @Test
    void partsAreKeptForAWhileAndThenDeleted() throws IOException, InterruptedException {
        try (SplitJobs jobs = new SplitJobs(ServiceOptions.DEFAULTS.withJobTimes(HOUR, HOUR), clock)) {
            SplitJobs.Job job = submit(jobs);
            await(job);
            assertThat(job.status()).as(job.message()).isEqualTo(SplitJobs.Status.DONE);
            now.updateAndGet(time -> time.plus(HOUR));
            jobs.expire();
            assertThat(jobs.find(job.id())).contains(job);
            assertThat(job.parts()).isNotEmptyDirectory();
            now.updateAndGet(time -> time.plusSeconds(1));
            jobs.expire();
            assertThat(jobs.find(job.id())).isEmpty();
            assertThat(job.parts()).doesNotExist();
        }
    }

    @Test
    void theOldestEndedJobMakesRoomForANewOne() throws IOException, InterruptedException {
        long model = Files.size(ExampleModels.textRecogniser(directory));
        ServiceOptions roomForTwo = ServiceOptions.DEFAULTS.withMaxBytes(1 << 30, 4 * model + (1 << 20));
        try (SplitJobs jobs = new SplitJobs(roomForTwo, clock)) {
            SplitJobs.Job first = submit(jobs);
            await(first);
            SplitJobs.Job second = submit(jobs);
            await(second);
            SplitJobs.Job third = submit(jobs);
            assertThat(jobs.find(first.id())).isEmpty();
            assertThat(first.parts()).doesNotExist();
            assertThat(jobs.find(second.id())).isPresent();
            await(third);
            assertThat(third.status()).isEqualTo(SplitJobs.Status.DONE);
        }
    }

    @Test
    void aJobForWhichThereIsNoRoomIsRefused() {
        try (SplitJobs jobs = new SplitJobs(ServiceOptions.DEFAULTS.withMaxBytes(1 << 30, 1_000), clock)) {
            assertThatThrownBy(() -> submit(jobs))
                    .isInstanceOf(ServiceUnavailableResponse.class)
                    .hasMessageContaining("disk space");
        }
    }

    @Test
    void aJobThatTakesTooLongEndsWithAnErrorAndLetsTheNextOneRun() throws IOException, InterruptedException {
        Duration moment = Duration.ofMillis(1);
        try (SplitJobs jobs = new SplitJobs(ServiceOptions.DEFAULTS.withJobTimes(HOUR, moment), clock)) {
            SplitJobs.Job job = submit(jobs);
            await(job);
            assertThat(job.status()).isEqualTo(SplitJobs.Status.ERROR);
            assertThat(job.message()).contains("took longer than PT0.001S");
            SplitJobs.Job next = submit(jobs);
            await(next);
            assertThat(next.status()).isNotEqualTo(SplitJobs.Status.PENDING);
        }
    }

    /** Room for the model and for half of its parts. */
    @Test
    void partsThatDoNotFitOnTheDiskAreNotWritten() throws IOException, InterruptedException {
        long model = Files.size(ExampleModels.textRecogniser(directory));
        ServiceOptions little = ServiceOptions.DEFAULTS.withMaxBytes(1 << 30, 2 * model + 100);
        try (SplitJobs jobs = new SplitJobs(little, clock)) {
            SplitJobs.Job job = submit(jobs);
            await(job);
            assertThat(job.status()).isEqualTo(SplitJobs.Status.ERROR);
            assertThat(job.message()).contains("would take", "an export may write");
            assertThat(job.parts()).doesNotExist();
        }
    }

    /** A file that is no model, in a directory whose name the client is not to learn. */
    @Test
    void messagesNameNoPathOfTheServer() throws IOException, InterruptedException {
        try (SplitJobs jobs = new SplitJobs(ServiceOptions.DEFAULTS, clock)) {
            TemporaryDirectory target = TemporaryDirectory.create("job-");
            Path model = Files.writeString(target.path().resolve("model.onnx"), "nonsense");
            SplitJobs.Job job = jobs.submit("x", target, model, 1);
            await(job);
            assertThat(job.status()).isEqualTo(SplitJobs.Status.ERROR);
            assertThat(job.message())
                    .contains("model.onnx")
                    .doesNotContain(target.path().toString());
        }
    }
}
