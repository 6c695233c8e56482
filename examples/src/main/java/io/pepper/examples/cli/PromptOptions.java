package io.pepper.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** The options for the prompts of a text generator. */
final class PromptOptions {
    @Option(
            names = "--prompt-tokens",
            paramLabel = "1,2,3|FILE",
            description =
                    "The tokens of a prompt, or a file with them (default: 1,2,3). Given more than once, the prompts"
                            + " run at the same time.")
    private List<String> prompts = List.of();

    private List<String> prompts() {
        return isGiven() ? prompts : List.of("1,2,3");
    }

    boolean isGiven() {
        return !prompts.isEmpty();
    }

    /** Returns all prompts. */
    List<List<Long>> all() throws IOException {
        List<List<Long>> tokens = new ArrayList<>();
        for (String prompt : prompts()) {
            tokens.add(tokens(prompt));
        }
        return tokens;
    }

    /** Returns the first prompt. */
    List<Long> first() throws IOException {
        return tokens(prompts().get(0));
    }

    private static List<Long> tokens(String given) throws IOException {
        boolean isList = given.matches("[0-9,\\s]+");
        String text = isList ? given : Files.readString(Path.of(given));
        try {
            List<Long> tokens = Arrays.stream(text.split("[,\\s]+", -1))
                    .filter(word -> !word.isEmpty())
                    .map(Long::valueOf)
                    .toList();
            if (tokens.isEmpty()) {
                throw new IOException("--prompt-tokens " + given + ": there are no tokens");
            }
            return tokens;
        } catch (NumberFormatException wrong) {
            throw new IOException("--prompt-tokens " + given + ": is not a list of numbers", wrong);
        }
    }
}
