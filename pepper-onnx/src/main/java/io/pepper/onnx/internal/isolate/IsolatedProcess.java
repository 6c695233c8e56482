package io.pepper.onnx.internal.isolate;

import io.pepper.document.SafeText;
import io.pepper.internal.text.Quantities;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.IsolatedRunException.Reason;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.isolate.Protocol.Greeting;
import io.pepper.onnx.internal.isolate.Protocol.Progress;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child process that answers questions, one at a time, until it is closed. Not thread-safe.
 *
 * @param <Q> the type of questions
 * @param <A> the type of answers
 */
public final class IsolatedProcess<Q extends Record, A extends Record> implements Closeable {
    /** A killed process ends at once, unless the system is in an operation that cannot be interrupted. */
    private static final long EXIT_SECONDS = 5;

    /** A crashing virtual machine may write its message among the answers before it ends. */
    private static final long OUTPUT_SECONDS = 1;

    private final String source;
    private final String library;
    private final Isolation isolation;
    private final Class<A> answer;
    private final ScratchDirectory scratch;
    private final Process process;
    private final Watch watch;
    private final ErrorOutput errors;
    private final ValueWriter out;
    private final ValueReader in;
    private final long startedAt = System.nanoTime();
    private boolean isGreeted;
    private boolean killed;
    private String task = "starting";

    private IsolatedProcess(
            String source,
            String library,
            Isolation isolation,
            Class<A> answer,
            ScratchDirectory scratch,
            Process process) {
        this.source = source;
        this.library = library;
        this.isolation = isolation;
        this.answer = answer;
        this.scratch = scratch;
        this.process = process;
        this.watch = new Watch(process, isolation);
        this.errors = new ErrorOutput(process.getErrorStream());
        this.out = new ValueWriter(new BufferedOutputStream(process.getOutputStream()));
        this.in = new ValueReader(new BufferedInputStream(process.getInputStream()), Protocol.MAX_ANSWER_BYTES);
    }

    /**
     * Starts a child that uses ONNX Runtime, without waiting for it.
     *
     * @param <Q> the type of questions
     * @param <A> the type of answers
     * @param source the name of the model in messages
     * @param isolation the limits of the child
     * @param service the service that answers in the child
     * @param answer the type of answers
     * @return the child, which the caller closes
     * @throws IOException if there is no virtual machine to start, or no class path for it
     */
    public static <Q extends Record, A extends Record> IsolatedProcess<Q, A> start(
            String source, Isolation isolation, Class<? extends IsolatedService<Q, A>> service, Class<A> answer)
            throws IOException {
        return start(source, "ONNX Runtime", isolation, service, answer);
    }

    /**
     * Starts a child without waiting for it.
     *
     * @param <Q> the type of questions
     * @param <A> the type of answers
     * @param source the name of the file or model in messages
     * @param library the name of the native library in messages
     * @param isolation the limits of the child
     * @param service the service that answers in the child
     * @param answer the type of answers
     * @return the child, which the caller closes
     * @throws IOException if there is no virtual machine to start, or no class path for it
     */
    public static <Q extends Record, A extends Record> IsolatedProcess<Q, A> start(
            String source,
            String library,
            Isolation isolation,
            Class<? extends IsolatedService<Q, A>> service,
            Class<A> answer)
            throws IOException {
        ScratchDirectory scratch = ScratchDirectory.create("isolated-");
        try {
            List<String> command = ChildCommand.of(isolation, scratch.path(), service.getName());
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().keySet().removeAll(ChildCommand.JVM_VARIABLES);
            Process process = builder.start();
            offerFirst(process);
            return new IsolatedProcess<>(source, library, isolation, answer, scratch, process);
        } catch (IOException | RuntimeException failed) {
            scratch.close();
            throw failed;
        }
    }

    /** If the system runs out of memory, it ends this child before other processes. */
    private static void offerFirst(Process process) {
        try {
            Files.writeString(Path.of("/proc", String.valueOf(process.pid()), "oom_score_adj"), "1000");
        } catch (IOException notLinux) {
            // The memory limit holds without it.
        }
    }

    /**
     * Asks a question and waits for the answer.
     *
     * @param question the question
     * @param progress receives the child's progress
     * @return the answer
     * @throws io.pepper.model.IsolatedRunException if the child crashed, was ended at a limit, or violated the protocol
     * @throws InterruptedIOException if this thread is interrupted
     * @throws IOException if the work failed, or the child cannot be started
     * @throws RuntimeException if the work threw such an exception to refuse the question
     */
    public A ask(Q question, ProgressListener progress) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            process.destroyForcibly();
            throw interrupted();
        }
        Record message;
        try {
            watch.begin(isGreeted ? System.nanoTime() : startedAt);
            message = converse(question, progress);
        } catch (IOException broken) {
            throw ended(broken);
        } finally {
            watch.pause();
        }
        if (message instanceof SentFailure failure) {
            if (ProcessEnd.isRefusedMemory(failure.what())) {
                throw new IsolatedRunException(
                        source,
                        Reason.MEMORY,
                        "was refused memory (the limit is " + Quantities.bytes(isolation.memoryBytes()) + "): "
                                + failure.what());
            }
            throw failure.thrown();
        }
        return answer.cast(message);
    }

    /** Returns the child's record for a question. All exceptions mean that the child has ended. */
    private Record converse(Q question, ProgressListener progress) throws IOException {
        in.refill();
        checkGreeting();
        out.write(question.getClass(), question);
        out.flush();
        while (true) {
            switch (in.kind()) {
                case Protocol.ANSWER -> {
                    return in.read(answer);
                }
                case Protocol.FAILURE -> {
                    return in.read(SentFailure.class);
                }
                case Protocol.PROGRESS -> {
                    Progress told = in.read(Progress.class);
                    task = SafeText.of(told.task());
                    progress.progress(task, told.done(), told.total());
                }
                default -> throw new InvalidAnswerException("is not an answer of the protocol");
            }
        }
    }

    private void checkGreeting() throws IOException {
        if (!isGreeted) {
            Greeting greeting = in.kind() == Protocol.GREETING ? in.read(Greeting.class) : new Greeting(0, 0);
            if (greeting.magic() != Protocol.MAGIC || greeting.version() != Protocol.VERSION) {
                throw new InvalidAnswerException("is not an answer of this version of the protocol");
            }
            isGreeted = true;
        }
    }

    /** Returns an exception for the end of the child, after ending it if it still runs. */
    private IOException ended(IOException broken) throws IOException {
        boolean invalid = broken instanceof InvalidAnswerException;
        if (!awaitExit(invalid ? OUTPUT_SECONDS : EXIT_SECONDS) || watch.verdict() == Watch.Verdict.INTERRUPTED) {
            return interrupted();
        }
        String words = errors.all();
        if (invalid && (killed || process.exitValue() == 0)) {
            return new IsolatedRunException(
                    source, Reason.INVALID_ANSWER, "what the process answered " + broken.getMessage() + currentTask());
        }
        return switch (watch.verdict()) {
            case DEADLINE ->
                new IsolatedRunException(
                        source,
                        Reason.DEADLINE,
                        "was ended at the deadline, after "
                                + Quantities.seconds(isolation.deadline().toMillis() / 1e3) + currentTask());
            case MEMORY ->
                new IsolatedRunException(
                        source,
                        Reason.MEMORY,
                        "held " + Quantities.bytes(watch.heldBytes()) + ", more than the limit of "
                                + Quantities.bytes(isolation.memoryBytes()) + currentTask());
            default -> byItself(ProcessEnd.of(process.exitValue(), words));
        };
    }

    private InterruptedIOException interrupted() {
        return new InterruptedIOException(SafeText.of(source) + ": the isolated run was interrupted");
    }

    private IOException byItself(ProcessEnd end) {
        String last = end.words().isEmpty() ? "" : "; the last that it wrote: " + end.words();
        return isGreeted
                ? new IsolatedRunException(source, end.reason(), library + " " + end.how() + currentTask() + last)
                : new IOException(
                        SafeText.of(source + ": the isolated process " + end.how() + " before it began" + last));
    }

    private String currentTask() {
        return " (at: " + task + ")";
    }

    /**
     * Waits until the child has ended, and kills it after a while. Returns false if this thread was interrupted
     * meanwhile; its interrupt status stays set.
     */
    private boolean awaitExit(long patienceSeconds) {
        try {
            if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
                killed = true;
                process.destroyForcibly();
                process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            }
            return true;
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the child, whatever it does, and removes its files. */
    @Override
    public void close() throws IOException {
        watch.close();
        awaitExit(0);
        scratch.close();
    }
}
