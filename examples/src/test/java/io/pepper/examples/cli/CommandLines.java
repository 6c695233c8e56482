package io.pepper.examples.cli;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

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
}
