package io.pepper.examples.cli;

import io.pepper.examples.kubernetes.ServingManifests;
import io.pepper.export.PartitionManifest;
import io.pepper.generation.GenaiConfig;
import io.pepper.internal.text.WholeFile;
import io.pepper.serving.ServedNames;
import io.pepper.serving.TritonRepository;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for files by which other servers run written parts. */
final class ServingFiles {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--triton",
            paramLabel = "DIR",
            description = "Also write a model repository of the Triton server: a model for each part, and an ensemble.")
    private Optional<Path> triton = Optional.empty();

    @Option(
            names = "--triton-shape",
            paramLabel = "TENSOR=-1x2",
            description = "With --triton: the shape of a tensor whose number of dimensions is not certain, with -1 for"
                    + " any size. May be repeated.")
    private Map<String, String> shapes = Map.of();

    @Option(
            names = "--kserve",
            paramLabel = "FILE",
            description = "Also write manifests of KServe, one for each part, which read the Triton repository from"
                    + " --kserve-storage.")
    private Optional<Path> kserve = Optional.empty();

    @Option(
            names = "--kserve-storage",
            paramLabel = "URI",
            description = "The place where KServe finds the Triton repository (default: pvc://NAME/triton).")
    private Optional<String> storage = Optional.empty();

    @Option(
            names = "--genai",
            paramLabel = "CONFIG",
            description =
                    "Also write genai_config.json, by which onnxruntime-genai runs the parts of a text generator as a"
                            + " pipeline. CONFIG is the genai_config.json of the whole model.")
    private Optional<Path> genai = Optional.empty();

    boolean areWanted() {
        return triton.isPresent() || kserve.isPresent() || genai.isPresent();
    }

    /** Writes the files for parts that were written. */
    void write(Path parts) throws IOException {
        if (genai.isPresent()) {
            GenaiConfig.write(parts, genai.get());
        }
        String name = ServedNames.whole(PartitionManifest.read(parts));
        if (triton.isPresent()) {
            TritonRepository.write(parts, name, triton.get(), shapes());
        }
        if (kserve.isPresent()) {
            WholeFile.write(kserve.get(), ServingManifests.yaml(parts, name, storage));
        }
    }

    private Map<String, List<Long>> shapes() {
        Map<String, List<Long>> parsed = new LinkedHashMap<>();
        shapes.forEach((tensor, text) -> {
            if (!text.matches("(-1|[0-9]{1,9})(x(-1|[0-9]{1,9}))*")) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--triton-shape: sizes with x between them are expected, such as -1x2, found '" + text + "'");
            }
            parsed.put(tensor, Stream.of(text.split("x")).map(Long::valueOf).toList());
        });
        return parsed;
    }

    void print(PrintWriter out) {
        triton.ifPresent(repository -> out.println("Triton repository: " + repository));
        kserve.ifPresent(manifests -> out.println("KServe manifests: " + manifests));
        genai.ifPresent(whole -> out.println("Configuration of onnxruntime-genai: " + GenaiConfig.FILE_NAME));
    }
}
