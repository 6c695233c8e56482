package io.pepper.examples.cli;

import java.io.InterruptedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CountDownLatch;

/**
 * The conversion of Ctrl-C and SIGTERM to an interrupt of the working thread, so that it can save its results and
 * report them. A second signal ends the process at once. In a Java without signals, the first one does.
 */
final class StopSignal implements AutoCloseable {
    private static final int FIRST_CODE = 128;
    private static final int INTERRUPT = 2;
    private static final String[] NAMES = {"INT", "TERM"};

    private final Thread worker = Thread.currentThread();
    private final Object[] before = new Object[NAMES.length];
    private volatile int number;

    private StopSignal() {}

    /** Watches for signals to the calling thread. */
    static StopSignal watch() {
        StopSignal signal = new StopSignal();
        for (int i = 0; i < NAMES.length; i++) {
            signal.before[i] = handle(NAMES[i], signal.handler());
        }
        return signal;
    }

    private Object handler() {
        try {
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                return switch (method.getName()) {
                    case "handle" -> {
                        stop((int) args[0].getClass().getMethod("getNumber").invoke(args[0]));
                        yield this;
                    }
                    case "equals" -> proxy == args[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "StopSignal";
                };
            });
        } catch (ReflectiveOperationException notThisJava) {
            return this;
        }
    }

    private void stop(int signal) {
        number = signal;
        restore();
        worker.interrupt();
    }

    private void restore() {
        for (int i = 0; i < NAMES.length; i++) {
            handle(NAMES[i], before[i]);
        }
    }

    /** Installs a handler and returns the previous one; returns this object's marker if signals cannot be handled. */
    private static Object handle(String name, Object handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> type = Class.forName("sun.misc.SignalHandler");
            if (type.isInstance(handler)) {
                Method handle = signal.getMethod("handle", signal, type);
                return handle.invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException cannot) {
            return name; // For instance with -Xrs: the system's default remains.
        }
        return name;
    }

    /** Returns the exit code of a stopped process: 130 for Ctrl-C or an interrupt of its thread. */
    int exitCode() {
        return FIRST_CODE + (number == 0 ? INTERRUPT : number);
    }

    /** Waits until a signal or an interrupt asks the thread to stop. */
    void await() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException asked) {
            return;
        }
    }

    /** Returns whether a signal or an interrupt asked the thread to stop. */
    boolean isStopped(Exception failed) {
        return number != 0
                || worker.isInterrupted()
                || failed instanceof InterruptedIOException
                || failed instanceof ClosedByInterruptException;
    }

    @Override
    public void close() {
        restore();
    }
}
