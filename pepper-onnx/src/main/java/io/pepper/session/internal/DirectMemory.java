package io.pepper.session.internal;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's memory of direct buffers. What travels has the right to it; caches take what is left, and end when they are
 * freed, not when a garbage collector finds them. Thread-safe.
 */
public final class DirectMemory {
    private static final Logger LOG = LoggerFactory.getLogger(DirectMemory.class);
    private static final String DIAGNOSTICS = "com.sun.management:type=HotSpotDiagnostic";
    private static final String OPTION = "MaxDirectMemorySize";

    /** The share of the limit that is left to other code. */
    private static final int MARGIN = 8;

    private static final OptionalLong LIMIT = limit();

    /** Frees a direct buffer; empty in a JVM where only its garbage collector does. */
    private static final Optional<MethodHandle> CLEANER = cleaner();

    private static long required;
    private static long cached;

    private DirectMemory() {}

    /**
     * Refuses limits that the JVM would break, and leaves these bytes to what travels.
     *
     * @param bytes the size of the direct buffers that will be in use at most
     * @throws IOException if the JVM allows less
     */
    public static synchronized void require(long bytes) throws IOException {
        if (LIMIT.isPresent() && bytes > LIMIT.getAsLong()) {
            throw new IOException("the memory for tensors needs direct buffers of " + bytes
                    + " bytes, and this JVM allows " + LIMIT.getAsLong() + ": start Java with -XX:" + OPTION + "="
                    + bytes + " or more");
        }
        required = Math.max(required, bytes);
    }

    /**
     * Returns a buffer for a cache.
     *
     * @param bytes its size
     * @return a buffer of zeros, to be {@linkplain #free freed}; empty if too little is left
     */
    public static Optional<ByteBuffer> allocate(int bytes) {
        synchronized (DirectMemory.class) {
            if (CLEANER.isEmpty()
                    || LIMIT.isEmpty()
                    || cached + bytes > LIMIT.getAsLong() - required - LIMIT.getAsLong() / MARGIN) {
                return Optional.empty();
            }
            cached += bytes;
        }
        try {
            return Optional.of(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
        } catch (OutOfMemoryError full) {
            LOG.debug("no direct buffer of {} bytes", bytes, full);
            freed(bytes);
            return Optional.empty();
        }
    }

    private static synchronized void freed(int bytes) {
        cached -= bytes;
    }

    /**
     * Frees a buffer.
     *
     * @param buffer what {@link #allocate} returned, and nothing reads or writes any more
     */
    public static void free(ByteBuffer buffer) {
        int bytes = buffer.capacity();
        try {
            CLEANER.orElseThrow().invokeExact(buffer);
        } catch (Throwable refused) {
            throw new IllegalStateException("a direct buffer cannot be freed", refused);
        }
        freed(bytes);
    }

    /** Returns {@code Unsafe.invokeCleaner}, Java's only way to free a direct buffer before Java 22. */
    private static Optional<MethodHandle> cleaner() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            MethodHandle method = MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class));
            return Optional.of(method.bindTo(instance.get(null)));
        } catch (ReflectiveOperationException | RuntimeException missing) {
            LOG.debug("only the garbage collector frees direct buffers", missing);
            return Optional.empty();
        }
    }

    /** Returns the limit; empty in a JVM that does not tell. */
    private static OptionalLong limit() {
        try {
            Object answer = ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName(DIAGNOSTICS), "getVMOption", new Object[] {OPTION}, new String[] {
                        String.class.getName()
                    });
            long set = answer instanceof CompositeData option ? Long.parseLong(String.valueOf(option.get("value"))) : 0;
            return OptionalLong.of(set > 0 ? set : Runtime.getRuntime().maxMemory());
        } catch (JMException | NumberFormatException unknown) {
            LOG.debug("the JVM does not tell its limit of direct buffers", unknown);
            return OptionalLong.empty();
        }
    }
}
