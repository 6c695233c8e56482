package io.pepper.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Limits of the child process in which ONNX Runtime opens and runs an untrusted model. A crash, an endless run or
 * excessive memory use ends only the child; the parent gets an {@link IsolatedRunException}. Immutable and therefore
 * thread-safe.
 *
 * <pre>{@code
 * Isolation isolation = Isolation.DEFAULTS.withDeadline(Duration.ofSeconds(20)).withMemoryBytes(2L << 30);
 * try (OnnxModel model = OnnxModel.load(file, ReadOptions.DEFAULTS.withIsolation(isolation))) {
 *     TensorShapes shapes = model.shapes();
 * }
 * }</pre>
 *
 * <p>A child contains faults, but is no sandbox: it has the rights of this process's user. It takes some tenths of a
 * second to start. It ends when its work is done, when the waiting thread is interrupted, and when this process ends.
 *
 * <p>The child is a Java virtual machine with the jars of this library on its class path. They are found where this
 * process loaded them from: files, directories, modules, or jars within a Spring Boot jar, which are extracted once.
 * With other class loaders, name the jars with {@link #withClassPath}.
 *
 * @param deadline the longest time for one task, more than 0 and at most a year. Tasks are: infer the shapes of a
 *     model, verify, open a timer, measure once. The start of the child counts, if it has to start
 * @param memoryBytes the most memory of the child in bytes, at least {@link #MIN_MEMORY_BYTES}. On Linux this limits
 *     the resident size of the whole process, including its virtual machine and mapped model files, and is checked
 *     every few milliseconds. Elsewhere only the Java heap is limited, to half of this; the memory of ONNX Runtime is
 *     not
 * @param java the {@code java} command; empty for the command of the current virtual machine
 * @param jvmOptions further options of the child's virtual machine; they come last and therefore take precedence
 * @param classPath the child's class path: the modules core and onnx of this library, and their dependencies; empty to
 *     find them
 */
public record Isolation(
        Duration deadline, long memoryBytes, Optional<Path> java, List<String> jvmOptions, List<Path> classPath) {
    /** The lowest memory limit, 128 MiB. A child without a model takes about 90 MB. */
    public static final long MIN_MEMORY_BYTES = 128L << 20;

    private static final Duration LONGEST = Duration.ofDays(365);

    /** A minute, 4 GiB, and the virtual machine and jars of this process. */
    public static final Isolation DEFAULTS =
            new Isolation(Duration.ofMinutes(1), 4L << 30, Optional.empty(), List.of(), List.of());

    /**
     * Checks the limits and copies the lists.
     *
     * @param deadline the longest time for one task, more than 0 and at most a year
     * @param memoryBytes the most memory of the child in bytes, at least {@link #MIN_MEMORY_BYTES}
     * @param java the {@code java} command
     * @param jvmOptions further options of the child's virtual machine
     * @param classPath the child's class path: the modules core and onnx of this library, and their dependencies
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public Isolation {
        Objects.requireNonNull(java);
        jvmOptions = List.copyOf(jvmOptions);
        classPath = List.copyOf(classPath);
        if (deadline.isNegative() || deadline.isZero() || deadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("deadline must be more than 0 and at most a year, found " + deadline);
        }
        if (memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "memoryBytes must be at least " + MIN_MEMORY_BYTES + ", found " + memoryBytes);
        }
    }

    /**
     * Returns these limits with another deadline.
     *
     * @param value more than 0 and at most a year
     * @return the limits
     * @throws IllegalArgumentException if the value is out of range
     */
    public Isolation withDeadline(Duration value) {
        return new Isolation(value, memoryBytes, java, jvmOptions, classPath);
    }

    /**
     * Returns these limits with another memory limit.
     *
     * @param value at least {@link #MIN_MEMORY_BYTES}
     * @return the limits
     * @throws IllegalArgumentException if the value is less
     */
    public Isolation withMemoryBytes(long value) {
        return new Isolation(deadline, value, java, jvmOptions, classPath);
    }

    /**
     * Returns these limits with another {@code java} command.
     *
     * @param command its file, of version 17 or newer
     * @return the limits
     */
    public Isolation withJava(Path command) {
        return new Isolation(deadline, memoryBytes, Optional.of(command), jvmOptions, classPath);
    }

    /**
     * Returns these limits with further options of the child's virtual machine.
     *
     * @param options options to append, for instance {@code -Dsome.property=value}
     * @return the limits
     */
    public Isolation withJvmOptions(String... options) {
        List<String> all = new ArrayList<>(jvmOptions);
        all.addAll(List.of(options));
        return new Isolation(deadline, memoryBytes, java, all, classPath);
    }

    /**
     * Returns these limits with a class path of the child.
     *
     * @param entries jars and directories of this library and its dependencies
     * @return the limits
     */
    public Isolation withClassPath(List<Path> entries) {
        return new Isolation(deadline, memoryBytes, java, jvmOptions, entries);
    }
}
