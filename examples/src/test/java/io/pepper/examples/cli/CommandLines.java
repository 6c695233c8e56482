package io.pepper.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options that the commands have. */
public final class CommandLines {
    private CommandLines() {}

    /** The long names of all options of all commands, but for those that every command has. */
    public static Set<String> options() {
        Set<String> options = new TreeSet<>();
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                Stream.of(option.names()).filter(name -> name.startsWith("--")).forEach(options::add);
            }
        }
        options.remove("--help");
        options.remove("--version");
        return options;
    }

    /** Returns why a command does not take these arguments; empty if it does. */
    public static Optional<String> parse(String command, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(arguments);
        try {
            Main.commandLine().parseArgs(words.toArray(String[]::new));
            return Optional.empty();
        } catch (ParameterException wrong) {
            return Optional.of(String.valueOf(wrong.getMessage()));
        }
    }
}
