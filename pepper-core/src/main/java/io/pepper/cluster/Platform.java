package io.pepper.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The hardware and the software on which the time of a piece depends, besides its work and the load. Devices, states,
 * records and predictors share this type. Unknown values are empty. Blank texts count as unknown. Immutable and
 * therefore thread-safe.
 *
 * <pre>{@code
 * Platform pi = Platform.of("Raspberry Pi 4 Model B").withInstructionSet("aarch64").withRuntime("ONNX Runtime", "1.28.0");
 * }</pre>
 *
 * @param kind the kind of hardware, for instance {@code Raspberry Pi 4 Model B}
 * @param instructionSet the instruction set, as {@code uname -m} names it: {@code x86_64}, {@code aarch64}, {@code
 *     armv7l}; {@code amd64} and {@code arm64} become the first two
 * @param runtime the name of the runtime, for instance {@code ONNX Runtime}
 * @param runtimeVersion the version of the runtime
 * @param provider the execution provider of the runtime, for instance {@code CPU} or {@code CUDA}; an ending {@code
 *     ExecutionProvider} is cut off
 */
public record Platform(
        Optional<String> kind,
        Optional<String> instructionSet,
        Optional<String> runtime,
        Optional<String> runtimeVersion,
        Optional<String> provider) {
    /** Nothing is known. */
    public static final Platform UNKNOWN =
            new Platform(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** The least letters of a kind that may stand for others. */
    private static final int MIN_VAGUE = 4;

    /** Makers whose names boards and processors may have in front. */
    private static final Pattern MAKER = Pattern.compile(
            "^(?:nvidia|starfive|intel|amd|qualcomm|rockchip|radxa|hardkernel|xunlong|broadcom|samsung|mediatek) (?=.)");

    /** The endings of a name without meaning another kind. */
    private static final Pattern FORM =
            Pattern.compile("(?<=.)(?: (?:developer|development|dev) ?(?:kit|board)| devkit| cpu)+$");

    private static final String PROVIDER_ENDING = "ExecutionProvider";

    /**
     * Creates a platform.
     *
     * @param kind the kind of hardware
     * @param instructionSet the instruction set
     * @param runtime the name of the runtime
     * @param runtimeVersion the version of the runtime
     * @param provider the execution provider of the runtime
     */
    public Platform {
        kind = known(kind);
        instructionSet = known(instructionSet).map(Platform::unified);
        runtime = known(runtime);
        runtimeVersion = known(runtimeVersion);
        provider = known(provider)
                .map(name -> name.endsWith(PROVIDER_ENDING) && name.length() > PROVIDER_ENDING.length()
                        ? name.substring(0, name.length() - PROVIDER_ENDING.length())
                        : name);
    }

    private static Optional<String> known(Optional<String> text) {
        return text.map(String::strip).filter(value -> !value.isEmpty());
    }

    private static String unified(String instructionSet) {
        return switch (instructionSet.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86-64", "x64" -> "x86_64";
            case "arm64" -> "aarch64";
            default -> instructionSet;
        };
    }

    /**
     * Returns a platform of which only the kind of hardware is known.
     *
     * @param kind the kind, for instance {@code Raspberry Pi 4 Model B}
     * @return the platform
     */
    public static Platform of(String kind) {
        return UNKNOWN.withKind(kind);
    }

    /**
     * Returns this platform with a kind of hardware.
     *
     * @param value the kind
     * @return the new platform
     */
    public Platform withKind(String value) {
        return new Platform(Optional.of(value), instructionSet, runtime, runtimeVersion, provider);
    }

    /**
     * Returns this platform with an instruction set.
     *
     * @param value the instruction set, for instance {@code aarch64}
     * @return the new platform
     */
    public Platform withInstructionSet(String value) {
        return new Platform(kind, Optional.of(value), runtime, runtimeVersion, provider);
    }

    /**
     * Returns this platform with a runtime.
     *
     * @param name the runtime, for instance {@code ONNX Runtime}
     * @param version its version; blank if it is unknown
     * @return the new platform
     */
    public Platform withRuntime(String name, String version) {
        return new Platform(kind, instructionSet, Optional.of(name), Optional.of(version), provider);
    }

    /**
     * Returns this platform with an execution provider.
     *
     * @param value the provider, for instance {@code CUDA}
     * @return the new platform
     */
    public Platform withProvider(String value) {
        return new Platform(kind, instructionSet, runtime, runtimeVersion, Optional.of(value));
    }

    /**
     * Returns this platform, with the values of another one where this one is unknown. The version of the runtime comes
     * from the platform that states the runtime.
     *
     * @param other the other platform
     * @return the new platform
     */
    public Platform orElse(Platform other) {
        return new Platform(
                kind.or(other::kind),
                instructionSet.or(other::instructionSet),
                runtime.or(other::runtime),
                runtime.isPresent() ? runtimeVersion : runtimeVersion.or(other::runtimeVersion),
                provider.or(other::provider));
    }

    /**
     * Returns whether two texts name the same kind of hardware. Case, spaces, punctuation, trademark signs, a maker's name in
     * front ({@code NVIDIA}), {@code Developer Kit}, a final {@code CPU} and a final revision ({@code Rev 1.4}) do not count;
     * a plus sign is the word. A name that has a model number may be continued: {@code raspberry-pi-4} is {@code Raspberry
     * Pi 4 Model B Rev 1.4}, but {@code Raspberry Pi} is not.
     *
     * @param one a kind
     * @param other another kind
     * @return true if they mean the same
     */
    public static boolean isSameKind(String one, String other) {
        List<String> shorter = words(one);
        List<String> longer = words(other);
        if (shorter.size() > longer.size()) {
            return isSameKind(other, one);
        }
        if (shorter.isEmpty()) {
            return false;
        }
        String runs = runs(shorter);
        if (runs.equals(runs(longer))) {
            return true;
        }
        return runs.chars().anyMatch(Character::isDigit)
                && IntStream.range(1, longer.size()).anyMatch(end -> runs.equals(runs(longer.subList(0, end))));
    }

    /** Returns whether a kind without a model number, such as {@code jetson}, may stand for a more exact one. */
    private static boolean isVague(String one, String other) {
        String shorter = String.join("", words(one));
        String longer = String.join("", words(other));
        if (shorter.length() > longer.length()) {
            return isVague(other, one);
        }
        return shorter.length() >= MIN_VAGUE
                && shorter.chars().noneMatch(Character::isDigit)
                && longer.contains(shorter);
    }

    /** Returns runs of letters, without spaces between them, and numbers: {@code visionfive, 2} for {@code Vision Five2}. */
    private static String runs(List<String> words) {
        return String.join(" ", words)
                .replaceAll("(?<=\\p{L}) (?=\\p{L})", "")
                .replaceAll("(?<=\\p{L}) ?(?=\\p{N})|(?<=\\p{N}) ?(?=\\p{L})", " ");
    }

    private static List<String> words(String kind) {
        String plain = kind.toLowerCase(Locale.ROOT)
                .replaceFirst("\\s+rev\\.?\\s*[0-9.]+\\s*$", "")
                .replace("+", " plus ")
                .replaceAll("\\b(\\d+)([a-z])\\b", "$1 model $2")
                .replaceAll("[^\\p{L}\\p{N}]+", " ")
                .replaceAll("\\b(?:r|tm) ", "")
                .strip();
        String named = FORM.matcher(MAKER.matcher(plain).replaceFirst("")).replaceFirst("");
        return Stream.of(named.split(" ")).filter(word -> !word.isEmpty()).toList();
    }

    /**
     * Returns the values that are known on both sides and contradict each other, so that times of one platform say little
     * about the other: kind of hardware, instruction set and execution provider. Different runtimes, and versions of a
     * runtime, are no contradiction; nor is a kind without a model number that is a part of the other ({@code jetson} and
     * {@code Jetson Nano}).
     *
     * @param other another platform
     * @return for instance {@code instruction set aarch64 instead of x86_64}, first this platform's value; empty if nothing
     *     contradicts
     */
    public List<String> contradictions(Platform other) {
        List<String> found = new ArrayList<>();
        if (kind.isPresent()
                && other.kind.isPresent()
                && !isSameKind(kind.get(), other.kind.get())
                && !isVague(kind.get(), other.kind.get())) {
            found.add("kind " + kind.get() + " instead of " + other.kind.get());
        }
        add("instruction set", instructionSet, other.instructionSet, found);
        add("provider", provider, other.provider, found);
        return found;
    }

    private static void add(String what, Optional<String> own, Optional<String> other, List<String> found) {
        if (own.isPresent() && other.isPresent() && !own.get().equalsIgnoreCase(other.get())) {
            found.add(what + " " + own.get() + " instead of " + other.get());
        }
    }

    /**
     * Returns whether the runtimes, or their versions, are known on both sides and differ.
     *
     * @param other another platform
     * @return true if they differ
     */
    public boolean hasOtherRuntime(Platform other) {
        List<String> found = new ArrayList<>();
        add("runtime", runtime, other.runtime, found);
        add("version", runtimeVersion, other.runtimeVersion, found);
        return !found.isEmpty();
    }

    /** Returns for instance {@code Raspberry Pi 4 Model B, aarch64, ONNX Runtime 1.28.0, CPU}; empty if all is unknown. */
    @Override
    public String toString() {
        Optional<String> versioned = runtime.map(
                name -> name + runtimeVersion.map(text -> " " + text).orElse(""));
        return Stream.of(kind, instructionSet, versioned, provider)
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }
}
