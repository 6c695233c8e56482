package io.pepper.workload;

import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Predictors of different devices. The predictor of a device is the first that exists of: the one under the device's name;
 * the one under the {@linkplain Device#predictor() name that the device states}; the one under its kind; one with a name that
 * learned the times of its kind; the one without a name. One under its kind, but of another instruction set or execution
 * provider, comes after one that learned the times of its kind. Immutable and therefore thread-safe, if the predictors are.
 *
 * <p>A predictor without a name predicts only the {@linkplain LatencyPredictor#platforms() platforms whose times it
 * learned}. It is refused for a device that is known to be another: of another kind, with another instruction set or
 * execution provider. With {@link #withOtherDevices}, for a device with a {@linkplain Device#timeFactor() time factor}, and
 * where a name asks for it, it is used nevertheless: all its predictions are then marked as extrapolated, and a caveat
 * has the reason. An unknown kind of the device or of the predictor leads to a caveat.
 *
 * <pre>{@code
 * DevicePredictors predictors = DevicePredictors.NONE
 *         .withPredictor("Raspberry Pi 4 Model B", pi, "pi4.predictor")
 *         .withPredictor("cloud", server, "server.predictor");
 * }</pre>
 */
public final class DevicePredictors implements LatencyPredictor {
    /** No predictor. */
    public static final DevicePredictors NONE = new DevicePredictors(List.of(), false);

    private final List<Entry> entries;
    private final boolean otherDevices;

    /** A predictor under a name; the empty name is that of the predictor without a name. */
    private record Entry(String name, LatencyPredictor predictor, String source) {}

    private DevicePredictors(List<Entry> entries, boolean otherDevices) {
        this.entries = entries;
        this.otherDevices = otherDevices;
    }

    /**
     * Returns a predictor for all devices that it knows. Predictors of several devices are returned as they are.
     *
     * @param predictor the predictor
     * @return the predictors
     */
    public static DevicePredictors of(LatencyPredictor predictor) {
        return predictor instanceof DevicePredictors several
                ? several
                : NONE.withPredictor("", predictor, "the predictor");
    }

    /**
     * Returns these predictors with another one. A predictor of the same name is replaced.
     *
     * @param name the name of a device, a name that devices {@linkplain Device#predictor() state}, or a kind of device;
     *     empty for the predictor without a name
     * @param predictor the predictor
     * @param source where it comes from, for people: a file
     * @return the new predictors
     */
    public DevicePredictors withPredictor(String name, LatencyPredictor predictor, String source) {
        List<Entry> more = new ArrayList<>(entries);
        more.removeIf(entry -> entry.name.equals(name));
        more.add(new Entry(name, predictor, source));
        return new DevicePredictors(List.copyOf(more), otherDevices);
    }

    /**
     * Allows or refuses the predictor without a name for other devices than those whose times it learned.
     *
     * @param allowed true to use it for all devices, and mark its predictions as extrapolated
     * @return the new predictors
     */
    public DevicePredictors withOtherDevices(boolean allowed) {
        return new DevicePredictors(entries, allowed);
    }

    /**
     * Returns the predictor for a device.
     *
     * @param device the device
     * @param state its state, whose known platform counts before that of the device
     * @return the predictor; its caveats include those about the device
     * @throws NoPredictorException if the device states the name of a predictor that does not exist, if there is no
     *     predictor for it, or if the predictor without a name learned the times of other devices only
     */
    public LatencyPredictor of(Device device, DeviceState state) {
        return of(
                device.name(),
                device.predictor(),
                List.of(
                        state.platform().orElse(device.platform()),
                        device.platform().orElse(state.platform())),
                otherDevices || device.timeFactor() != 1);
    }

    /**
     * Returns the predictor for a device of which only the state is known.
     *
     * @param state the state
     * @return the predictor; its caveats include those about the device
     * @throws NoPredictorException if there is no predictor for it, or if the predictor without a name learned the times of
     *     other devices only
     */
    public LatencyPredictor of(DeviceState state) {
        return of(state.device(), Optional.empty(), List.of(state.platform()), otherDevices);
    }

    /** Finds the predictor of a device whose platform is stated in one way, or in two. */
    private LatencyPredictor of(String device, Optional<String> stated, List<Platform> platforms, boolean anyDevice) {
        Optional<Entry> named = entries.stream()
                .filter(entry -> entry.name.equals(device) && !entry.name.isEmpty())
                .findFirst();
        if (named.isEmpty() && stated.isPresent()) {
            named = entries.stream()
                    .filter(entry -> entry.name.equals(stated.get()))
                    .findFirst();
            if (named.isEmpty()) {
                throw new NoPredictorException(
                        "device '" + device + "' asks for the predictor '" + stated.get()
                                + "', but there is no such predictor",
                        stated.get(),
                        false);
            }
        }
        if (named.isEmpty()) {
            named = ofKind(platforms);
        }
        if (named.isPresent()) {
            return chosen(named.get(), device, platforms, true);
        }
        Entry general = entries.stream()
                .filter(entry -> entry.name.isEmpty())
                .findFirst()
                .orElseThrow(() -> new NoPredictorException(missing(device, platforms.get(0)), device, false));
        return chosen(general, device, platforms, anyDevice);
    }

    /** Finds the predictor under the kind of a device, or else one with a name that learned the times of such devices. */
    private Optional<Entry> ofKind(List<Platform> asked) {
        List<Entry> ofKind =
                entries.stream().filter(entry -> isOfKind(asked, entry.name)).toList();
        return ofKind.stream()
                .filter(entry -> fits(entry.predictor.platforms(), asked))
                .findFirst()
                .or(() -> entries.stream()
                        .filter(entry -> !entry.name.isEmpty() && learnedKind(entry.predictor, asked))
                        .findFirst())
                .or(() -> ofKind.stream().findFirst());
    }

    private static boolean isOfKind(List<Platform> asked, String kind) {
        return asked.stream()
                .flatMap(platform -> platform.kind().stream())
                .anyMatch(own -> Platform.isSameKind(own, kind));
    }

    private static boolean learnedKind(LatencyPredictor predictor, List<Platform> asked) {
        return predictor.platforms().stream()
                .anyMatch(known ->
                        known.kind().filter(kind -> isOfKind(asked, kind)).isPresent() && fits(List.of(known), asked));
    }

    /** Returns whether a predictor of these platforms, or of any if there are none, may predict a device. */
    private static boolean fits(List<Platform> known, List<Platform> asked) {
        return known.isEmpty() || known.stream().anyMatch(platform -> fits(platform, asked));
    }

    private static boolean fits(Platform known, List<Platform> asked) {
        return asked.stream().anyMatch(each -> each.contradictions(known).isEmpty());
    }

    private String missing(String device, Platform platform) {
        String others = entries.stream().map(Entry::name).collect(Collectors.joining(", "));
        return "there is no predictor for " + described(device, platform)
                + (others.isEmpty() ? "" : ", only for " + others);
    }

    private static String described(String device, Platform platform) {
        return "device '" + device + "'" + (platform.equals(Platform.UNKNOWN) ? "" : " (" + platform + ")");
    }

    private static LatencyPredictor chosen(Entry entry, String device, List<Platform> asked, boolean anyDevice) {
        List<Platform> known = entry.predictor.platforms();
        if (known.isEmpty()) {
            return entry.predictor; // Its user answers for the devices.
        }
        String trained = known.stream()
                .map(Platform::toString)
                .filter(text -> !text.isEmpty())
                .distinct()
                .collect(Collectors.joining("; or "));
        List<Platform> fitting =
                known.stream().filter(platform -> fits(platform, asked)).toList();
        if (fitting.isEmpty()) {
            List<String> why = asked.get(0).contradictions(known.get(0));
            if (!anyDevice) {
                throw new NoPredictorException(
                        entry.source + " learned the times of " + trained + ", and " + described(device, asked.get(0))
                                + " is another device (" + String.join(", ", why)
                                + "): give it a predictor of its own, calibrate one with measurements made there, or"
                                + " allow this one for other devices, with all its times marked as extrapolated",
                        device,
                        true);
            }
            return new ChosenPredictor(
                    entry.predictor,
                    true,
                    List.of("learned the times of " + trained + ", and this is another device ("
                            + String.join(", ", why) + "): all its times are extrapolated"));
        }
        return doubted(entry.predictor, trained, asked, fitting);
    }

    private static LatencyPredictor doubted(
            LatencyPredictor predictor, String trained, List<Platform> asked, List<Platform> fitting) {
        List<String> doubts = new ArrayList<>();
        kindDoubt(trained, asked, fitting).ifPresent(doubts::add);
        boolean otherRuntime =
                fitting.stream().allMatch(platform -> asked.stream().allMatch(each -> each.hasOtherRuntime(platform)));
        if (otherRuntime) {
            doubts.add("learned the times of " + trained + ", and this device runs another runtime (" + asked.get(0)
                    + ")");
        }
        boolean accelerated = fitting.stream().allMatch(platform -> platform.provider()
                .filter(provider -> !provider.equalsIgnoreCase("CPU"))
                .isPresent());
        if (accelerated
                && asked.stream().allMatch(platform -> platform.provider().isEmpty())) {
            doubts.add("learned the times of " + trained + ", and the execution provider of this device is unknown");
        }
        return doubts.isEmpty() ? predictor : new ChosenPredictor(predictor, false, doubts);
    }

    private static Optional<String> kindDoubt(String trained, List<Platform> asked, List<Platform> fitting) {
        List<String> kinds = asked.stream()
                .flatMap(platform -> platform.kind().stream())
                .distinct()
                .toList();
        List<String> learned =
                fitting.stream().flatMap(platform -> platform.kind().stream()).toList();
        if (learned.isEmpty()) {
            return Optional.of("does not say of which kind of device it learned the times");
        }
        if (kinds.isEmpty()) {
            return Optional.of("learned the times of " + trained + ", and the kind of this device is unknown");
        }
        return kinds.stream().anyMatch(kind -> learned.stream().anyMatch(other -> Platform.isSameKind(kind, other)))
                ? Optional.empty()
                : Optional.of("learned the times of " + trained + ", and whether this device (" + kinds.get(0)
                        + ") is of this kind is unclear");
    }

    /**
     * Predicts the time of one run by the predictor of the device.
     *
     * @throws IllegalArgumentException if there is no predictor for the device, or if it cannot predict the run
     */
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        return of(device).predict(piece, threads, device);
    }

    /**
     * Returns the predictors by their names.
     *
     * @return the predictors in their order; the name of the predictor without a name is empty
     */
    public Map<String, LatencyPredictor> byName() {
        Map<String, LatencyPredictor> named = new LinkedHashMap<>();
        entries.forEach(entry -> named.put(entry.name, entry.predictor));
        return Collections.unmodifiableMap(named);
    }

    /** Returns the caveats of all predictors, without those about single devices. */
    @Override
    public List<String> caveats() {
        return entries.stream()
                .flatMap(entry -> entry.predictor.caveats().stream())
                .distinct()
                .toList();
    }

    @Override
    public List<String> caveats(DeviceState device) {
        return of(device).caveats();
    }

    @Override
    public List<String> extrapolations(Workload piece, int threads, DeviceState device) {
        return of(device).extrapolations(piece, threads, device);
    }

    @Override
    public List<Platform> platforms() {
        return entries.stream()
                .flatMap(entry -> entry.predictor.platforms().stream())
                .distinct()
                .toList();
    }

    /** Returns for instance {@code DevicePredictors[pi4=pi4.predictor, server.predictor]}. */
    @Override
    public String toString() {
        return entries.stream()
                .map(entry -> (entry.name.isEmpty() ? "" : entry.name + "=") + entry.source)
                .collect(Collectors.joining(", ", "DevicePredictors[", "]"));
    }
}
