package io.pepper.examples.cli;

import io.pepper.examples.text.EndTokens;
import io.pepper.examples.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for text instead of tokens. */
final class TextOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "The text of a prompt, instead of --prompt-tokens; the new text is printed as it comes. Given"
                    + " more than once, the prompts run at the same time.")
    private List<String> texts = List.of();

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description =
                    "The tokenizer.json of the model; prints text also for --prompt-tokens (default: the one in DIR"
                            + " or beside it, with --text).")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--stop",
            paramLabel = "TOKEN",
            split = ",",
            description = "Tokens after which generation ends, as numbers or, with a tokenizer, as its text (default:"
                    + " with a tokenizer, the eos_token_id of the generation_config.json beside it).")
    private List<String> stop = List.of();

    /** Returns whether the command needs a tokenizer. */
    private boolean isText() {
        return !texts.isEmpty() || file.isPresent();
    }

    /**
     * Opens the tokenizer, if the command needs one.
     *
     * @param parts the directory of the parts; empty if they are elsewhere
     */
    Optional<Tokenizer> tokenizer(Optional<Path> parts) throws IOException {
        if (!isText()) {
            return Optional.empty();
        }
        Optional<Path> found = file.isPresent() ? file : parts.flatMap(Tokenizer::beside);
        return Optional.of(Tokenizer.open(found.orElseThrow(() -> new ParameterException(
                spec.commandLine(),
                "--text needs --tokenizer FILE"
                        + parts.map(directory ->
                                        ": there is no " + Tokenizer.FILE_NAME + " in " + directory + " or beside it")
                                .orElse(" with --cluster")))));
    }

    /**
     * Returns the tokens of all prompts.
     *
     * @param continues whether they continue a sequence: then there may be no prompt, and the text lacks the tokens that
     *     the tokenizer puts before every text
     */
    List<List<Long>> prompts(PromptOptions others, Optional<Tokenizer> tokenizer, boolean continues)
            throws IOException {
        if (texts.isEmpty()) {
            return continues && !others.isGiven() ? List.of(List.of()) : others.all();
        }
        if (others.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "give prompts by --text or by --prompt-tokens, not by both");
        }
        List<List<Long>> prompts = new ArrayList<>();
        for (String text : texts) {
            List<Long> tokens = tokens(text, tokenizer.orElseThrow(), continues);
            if (tokens.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "--text '" + text + "' has no tokens");
            }
            prompts.add(tokens);
        }
        return prompts;
    }

    private static List<Long> tokens(String text, Tokenizer tokenizer, boolean continues) throws IOException {
        List<Long> tokens = tokenizer.encode(text);
        List<Long> before = continues ? tokenizer.encode("") : List.of();
        return tokens.size() >= before.size()
                        && tokens.subList(0, before.size()).equals(before)
                ? tokens.subList(before.size(), tokens.size())
                : tokens;
    }

    /** Returns the tokens after which generation ends. */
    Set<Long> stopTokens(Optional<Tokenizer> tokenizer) throws IOException {
        if (stop.isEmpty() && tokenizer.isPresent()) {
            return EndTokens.beside(tokenizer.get().file());
        }
        Set<Long> tokens = new TreeSet<>();
        for (String word : stop) {
            tokens.add(word.matches("[0-9]{1,18}") ? Long.parseLong(word) : find(word, tokenizer));
        }
        return tokens;
    }

    private long find(String word, Optional<Tokenizer> tokenizer) throws IOException {
        if (tokenizer.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--stop '" + word + "' is no number; the text of a token needs --tokenizer");
        }
        return tokenizer
                .get()
                .find(word)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "--stop '" + word + "' is no token of "
                                + tokenizer.get().file()));
    }
}
