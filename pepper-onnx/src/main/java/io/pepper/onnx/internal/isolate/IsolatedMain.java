package io.pepper.onnx.internal.isolate;

import io.pepper.onnx.internal.isolate.Protocol.Greeting;
import io.pepper.onnx.internal.isolate.Protocol.Progress;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.util.concurrent.SynchronousQueue;

/**
 * The main class of a child process. It answers questions until its input ends. The argument is the service's class. A
 * separate thread reads the input, so that its end ends the child whatever the service does.
 */
public final class IsolatedMain {
    /** True in a child process. */
    private static volatile boolean running;

    private final OutputStream out;
    private final SynchronousQueue<Record> questions = new SynchronousQueue<>();

    private IsolatedMain(OutputStream out) {
        this.out = out;
    }

    /**
     * Returns whether this process is a child process, whose crash does no harm.
     *
     * @return false in the process of the application
     */
    public static boolean isThisProcess() {
        return running;
    }

    /**
     * Answers questions.
     *
     * @param arguments the name of a class that implements {@link IsolatedService}, and the file to answer to; without
     *     a file, the standard output
     * @throws Exception if there is no such class, or the parent does not read
     */
    public static void main(String[] arguments) throws Exception {
        OutputStream channel = new BufferedOutputStream(
                arguments.length > 1 ? new FileOutputStream(arguments[1]) : new FileOutputStream(FileDescriptor.out));
        // Other output must not come between the answers.
        System.setOut(System.err);
        running = true;
        @SuppressWarnings("rawtypes") // Its methods return the types of its questions and answers.
        Constructor<? extends IsolatedService> constructor =
                Class.forName(arguments[0]).asSubclass(IsolatedService.class).getDeclaredConstructor();
        constructor.setAccessible(true); // Services are not public: each belongs to its own package.
        IsolatedService<?, ?> service = constructor.newInstance();
        new IsolatedMain(channel).serve(service, new FileInputStream(FileDescriptor.in));
    }

    private <Q extends Record, A extends Record> void serve(IsolatedService<Q, A> service, InputStream in)
            throws IOException, InterruptedException {
        send(Protocol.GREETING, new Greeting(Protocol.MAGIC, Protocol.VERSION));
        Thread reader = new Thread(() -> read(service.question(), in), "questions");
        reader.setDaemon(true);
        reader.start();
        while (true) {
            answer(service, service.question().cast(questions.take()));
        }
    }

    /** Reads questions until the input ends. The process ends then, even during a question. */
    private void read(Class<? extends Record> type, InputStream in) {
        try {
            ValueReader reader = new ValueReader(new BufferedInputStream(in), Long.MAX_VALUE);
            while (true) {
                questions.put(reader.read(type));
                reader.refill();
            }
        } catch (EOFException parentIsGone) {
            Runtime.getRuntime().halt(0);
        } catch (IOException | InterruptedException | RuntimeException | Error broken) {
            System.err.println("the question cannot be read: " + broken);
            Runtime.getRuntime().halt(1);
        }
    }

    private <Q extends Record, A extends Record> void answer(IsolatedService<Q, A> service, Q question)
            throws IOException {
        try {
            send(
                    Protocol.ANSWER,
                    service.answer(question, (task, done, total) -> sendProgress(new Progress(task, done, total))));
        } catch (IOException | RuntimeException failed) {
            send(Protocol.FAILURE, SentFailure.of(failed));
        }
    }

    /** Writes a record as a whole or, if it cannot be sent, not at all. */
    private void send(int kind, Record message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ValueWriter writer = new ValueWriter(bytes);
        writer.kind(kind);
        writer.write(message.getClass(), message);
        writer.flush();
        if (bytes.size() > Protocol.MAX_ANSWER_BYTES) {
            throw new IOException("the answer has " + bytes.size() + " bytes, more than an isolated process may give");
        }
        bytes.writeTo(out);
        out.flush();
    }

    private void sendProgress(Progress progress) {
        try {
            send(Protocol.PROGRESS, progress);
        } catch (IOException parentIsGone) {
            Runtime.getRuntime().halt(0);
        }
    }
}
