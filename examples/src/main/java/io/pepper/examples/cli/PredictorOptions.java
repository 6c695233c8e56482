package io.pepper.examples.cli;

import io.pepper.cluster.Platform;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose predictors for devices. */
public final class PredictorOptions {
    @Mixin
    private PredictorFiles files = new PredictorFiles();

    @Option(
            names = "--allow-other-device",
            description = "Also use a predictor for devices of another kind than it was trained on; marks its"
                    + " predictions as extrapolated.")
    private boolean otherDevice;

    /**
     * Reads predictors.
     *
     * @param words a file each, or a name, {@code =} and a file
     * @return the predictors by their names; several without a name by the kinds of devices on which they were trained
     * @throws IOException if a file cannot be read
     */
    public DevicePredictors load(List<String> words) throws IOException {
        return load(words, Path::toString);
    }

    /**
     * Reads predictors of a service, whose messages name files without their directories.
     *
     * @param words a file each, or a name, {@code =} and a file
     * @return the predictors by their names; several without a name by the kinds of devices on which they were trained
     * @throws IOException if a file cannot be read
     */
    public DevicePredictors loadForService(List<String> words) throws IOException {
        return load(words, file -> String.valueOf(file.getFileName()));
    }

    private DevicePredictors load(List<String> words, Function<Path, String> shown) throws IOException {
        DevicePredictors predictors = DevicePredictors.NONE.withOtherDevices(otherDevice);
        boolean several = words.stream().filter(word -> name(word).isEmpty()).count() > 1;
        Set<String> names = new HashSet<>();
        for (String word : Starters.last(words)) {
            Path file = file(word);
            for (Map.Entry<String, LatencyPredictor> each :
                    named(word, files.load(file), several).entrySet()) {
                if (!names.add(each.getKey())) {
                    throw new IllegalArgumentException(
                            "--predictor " + word + ": there is already a predictor for '" + each.getKey() + "'");
                }
                predictors = predictors.withPredictor(each.getKey(), each.getValue(), shown.apply(file));
            }
        }
        return predictors;
    }

    /** Returns the predictors of a file under their names; that of one device under the name in the word, if any. */
    static Map<String, LatencyPredictor> named(String word, LatencyPredictor read, boolean several) {
        String asked = name(word);
        if (asked.isEmpty() && read instanceof DevicePredictors inFile) {
            return inFile.byName();
        }
        if (asked.isEmpty() && several) {
            Map<String, LatencyPredictor> byKind = new LinkedHashMap<>();
            kinds(file(word), read).forEach(kind -> byKind.put(kind, read));
            return byKind;
        }
        return Map.of(asked, only(word, read));
    }

    private static LatencyPredictor only(String word, LatencyPredictor read) {
        if (!(read instanceof DevicePredictors inFile)) {
            return read;
        }
        String asked = name(word);
        Map<String, LatencyPredictor> byName = inFile.byName();
        return Optional.ofNullable(byName.get(asked))
                .or(() -> byName.entrySet().stream()
                        .filter(each -> Platform.isSameKind(asked, each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst())
                .orElseThrow(() -> new IllegalArgumentException("--predictor " + word + ": there is no predictor for '"
                        + asked + "' in it, only for " + String.join(", ", byName.keySet())));
    }

    static String name(String word) {
        return word.substring(0, Math.max(0, word.indexOf('=')));
    }

    static Path file(String word) {
        return Path.of(word.substring(word.indexOf('=') + 1));
    }

    /** Returns the kinds of devices whose times a predictor without a name learned, one of several such predictors. */
    private static List<String> kinds(Path file, LatencyPredictor predictor) {
        List<String> kinds = predictor.platforms().stream()
                .flatMap(platform -> platform.kind().stream())
                .distinct()
                .toList();
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException(file + ": does not say on which kind of device it was trained; with"
                    + " several predictors, give it a name (--predictor NAME=" + file + ")");
        }
        return kinds;
    }
}
