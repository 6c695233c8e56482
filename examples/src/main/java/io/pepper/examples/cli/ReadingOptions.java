package io.pepper.examples.cli;

import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for trusted files. All commands open models, manifests and plans through this class. */
final class ReadingOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--allow-root",
            paramLabel = "DIR",
            description =
                    "Follow links to data files, parts and manifests into DIR, for instance of a model cache; may be given more"
                            + " than once. (Links into the directory of the model, or of the file that the link MODEL leads to,"
                            + " are followed anyway.)")
    private List<Path> roots = List.of();

    @Option(names = "--hard-links", description = "Read data files that have more than one name in the file system.")
    private boolean hardLinks;

    @Option(
            names = "--set",
            paramLabel = "INPUT=VALUE",
            description =
                    "Set an input to true, false or a number. The model then lacks this input, and each If that it decides is"
                            + " replaced by the selected branch, such as --set use_cache_branch=true. May be repeated.")
    private Map<String, String> values = Map.of();

    /** Returns the options for opening files. */
    ReadOptions options() {
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                throw new ParameterException(spec.commandLine(), "--allow-root " + root + ": is not a directory");
            }
        }
        return ReadOptions.DEFAULTS.withAllowedRoots(roots.toArray(Path[]::new)).withHardLinks(hardLinks);
    }

    /** Returns the options for opening a model, in a child process if the isolation options request it. */
    ReadOptions options(IsolationOptions isolation) {
        return isolation.reading(options().withInputValues(values));
    }

    /** Returns whether inputs of a model are set, which changes the model. */
    boolean setsInputs() {
        return !values.isEmpty();
    }

    /** Opens a model, in a child process if the isolation options request it. */
    OnnxModel open(Path model, IsolationOptions isolation) throws IOException {
        try {
            return OnnxModel.load(model, options(isolation));
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), "--set: " + refused.getMessage(), refused);
        }
    }

    /** Reads the manifest of a directory. */
    PartitionManifest manifest(Path directory) throws IOException {
        return PartitionManifest.read(directory, options());
    }

    /** Reads the plan of a directory. */
    DeploymentPlan plan(Path directory) throws IOException {
        return DeploymentPlan.read(directory, options());
    }
}
