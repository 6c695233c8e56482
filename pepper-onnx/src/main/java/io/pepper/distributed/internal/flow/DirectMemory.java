package io.pepper.distributed.internal.flow;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JVM's limit of the memory of direct buffers. */
final class DirectMemory {
    private static final Logger LOG = LoggerFactory.getLogger(DirectMemory.class);
    private static final String DIAGNOSTICS = "com.sun.management:type=HotSpotDiagnostic";
    private static final String OPTION = "MaxDirectMemorySize";

    private DirectMemory() {}

    /**
     * Refuses limits that the JVM would break.
     *
     * @param bytes the size of the direct buffers that will be in use at most
     * @throws IOException if the JVM allows less
     */
    static void require(long bytes) throws IOException {
        OptionalLong limit = limit();
        if (limit.isPresent() && bytes > limit.getAsLong()) {
            throw new IOException("the memory for tensors needs direct buffers of " + bytes
                    + " bytes, and this JVM allows " + limit.getAsLong() + ": start Java with -XX:" + OPTION + "="
                    + bytes + " or more");
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
