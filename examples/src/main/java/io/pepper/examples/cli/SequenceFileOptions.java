package io.pepper.examples.cli;

import io.pepper.examples.cli.GenerationRun.Begun;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.TokenSequence;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The files from which a sequence is restored, and to which it is saved. */
final class SequenceFileOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Save the sequence at the end, with its caches, for --resume; with one prompt.")
    private Optional<Path> save = Optional.empty();

    @Option(
            names = "--resume",
            paramLabel = "FILE",
            description = "Continue a sequence that --save wrote. Prompts follow its tokens; without a prompt, it"
                    + " continues where it ended.")
    private Optional<Path> resume = Optional.empty();

    boolean resumes() {
        return resume.isPresent();
    }

    /** Refuses options that do not go together. */
    void check(int prompts, boolean hasContexts) {
        if (save.isPresent() && prompts != 1) {
            throw new ParameterException(spec.commandLine(), "--save takes one prompt, not " + prompts);
        }
        if (resume.isPresent() && hasContexts) {
            throw new ParameterException(
                    spec.commandLine(), "--input does not go with --resume: the file has these inputs");
        }
    }

    /**
     * Begins a sequence: a new one, or that of the file.
     *
     * @param isSaved whether the sequence is saved at the end, if the command saves one
     */
    Begun begin(GenerationSession session, ContextOptions contexts, List<Long> prompt, boolean isSaved)
            throws IOException {
        Optional<Path> target = isSaved ? save : Optional.empty();
        if (resume.isEmpty()) {
            return new Begun(contexts.sequence(session), prompt, target);
        }
        TokenSequence restored = session.restore(resume.get());
        List<Long> next = new ArrayList<>();
        restored.chosen().ifPresent(next::add);
        next.addAll(prompt);
        if (next.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), resume.get() + " ends with a token that was read: a prompt must follow it");
        }
        return new Begun(restored, next, target);
    }

    /** Prints where the sequence is. */
    void print(PrintWriter out, List<Long> prompt, int tokens) {
        save.ifPresent(file -> out.println(prompt.size() + tokens + " tokens saved to " + file));
    }
}
