package io.pepper.predict;

import io.pepper.cluster.Platform;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Predictors that come with the library, for devices without measurements. Those of boards were calibrated with the times
 * of 27 networks that the authors of ncnn, another runtime, published (Tencent/ncnn, BSD-3-Clause). Times of ONNX Runtime
 * differ from them. The one of {@code x86-64} was trained on a campaign on one such machine, and others are faster or slower.
 * Their 90th percentiles and {@linkplain LatencyPredictor#caveats caveats} state that. They are good bases of a {@link
 * DeviceCalibration}. Thread-safe.
 */
public final class StarterPredictors {
    /** Standard deviation of the logarithm of the ratio of the times of two runtimes on one board. */
    private static final double OTHER_RUNTIME = 0.35;

    private static final String RUNTIME = "ncnn";

    /** The kind of the machine of the campaign. */
    private static final String MACHINE = "x86-64";

    /** The kinds of boards by the names of their resources. */
    private static final Map<String, String> KINDS = kinds();

    private StarterPredictors() {}

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("raspberry-pi-4", "Raspberry Pi 4");
        kinds.put("raspberry-pi-5", "Raspberry Pi 5");
        kinds.put("jetson-nano-cpu", "Jetson Nano");
        kinds.put("rk3588s", "RK3588S");
        kinds.put("snapdragon-855plus", "Snapdragon 855+");
        kinds.put("celeron-n5105", "Celeron N5105");
        kinds.put("visionfive2", "VisionFive 2");
        kinds.put("azure-d64s-v6", "Azure D64s v6");
        return kinds;
    }

    /** The predictor of the machine, read once. */
    private static final class MachineHolder {
        private static final StarterMachine READ = read("starter/" + MACHINE + ".predictor.gz");

        private MachineHolder() {}

        private static StarterMachine read(String resource) {
            try (InputStream in = new GZIPInputStream(open(resource))) {
                byte[] file = in.readAllBytes();
                PredictorFile.Document document = PredictorFile.open(resource, file);
                return new StarterMachine(new PredictorReader(resource, file, document.begin()).read(), MACHINE);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    private static InputStream open(String resource) {
        return Objects.requireNonNull(StarterPredictors.class.getResourceAsStream(resource), resource);
    }

    /** The predictors of boards, read once. */
    private static final class Holder {
        private static final Map<String, CalibratedPredictor> BY_KIND = read();

        private Holder() {}

        private static Map<String, CalibratedPredictor> read() {
            Map<String, CalibratedPredictor> read = new LinkedHashMap<>();
            KINDS.forEach((name, kind) -> read.put(kind, Holder.read("starter/" + name + ".predictor", kind)));
            return read;
        }

        private static CalibratedPredictor read(String resource, String kind) {
            try (InputStream in = open(resource)) {
                return CalibrationFile.read(resource, in.readAllBytes())
                        .withOtherRuntime(Platform.of(kind).withRuntime(RUNTIME, ""), RUNTIME, OTHER_RUNTIME);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    /**
     * Returns the kinds of devices.
     *
     * @return the kinds for which there is a predictor: the boards, then {@code x86-64}
     */
    public static List<String> names() {
        List<String> names = new ArrayList<>(KINDS.values());
        names.add(MACHINE);
        return List.copyOf(names);
    }

    /**
     * Returns the predictor for a kind of device, which {@link Platform#isSameKind} compares: {@code raspberry-pi-4} and
     * {@code Raspberry Pi 4 Model B Rev 1.4} are the same. A shorter name is not enough. {@code amd64} is {@code x86-64}.
     *
     * @param kind a kind of device
     * @return the predictor; empty if there is none for it
     */
    public static Optional<LatencyPredictor> of(String kind) {
        if (isSame(kind, MACHINE) || kind.strip().equalsIgnoreCase("amd64")) {
            return Optional.of(MachineHolder.READ);
        }
        return Holder.BY_KIND.entrySet().stream()
                .filter(entry -> isSame(kind, entry.getKey()))
                .<LatencyPredictor>map(Map.Entry::getValue)
                .findFirst();
    }

    /** Returns whether a name is that of a known kind or of a part of it, such as a revision. */
    private static boolean isSame(String asked, String known) {
        return Platform.isSameKind(asked, known) && letters(asked) >= letters(known);
    }

    private static long letters(String kind) {
        return kind.codePoints()
                .filter(letter -> Character.isLetterOrDigit(letter) || letter == '+')
                .count();
    }

    /**
     * Returns all predictors, as bases of a {@link DeviceCalibration}.
     *
     * @return the predictors in the order of {@link #names}
     */
    public static List<LatencyPredictor> all() {
        List<LatencyPredictor> all = new ArrayList<>(Holder.BY_KIND.values());
        all.add(MachineHolder.READ);
        return List.copyOf(all);
    }
}
