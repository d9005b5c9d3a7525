package org.gleaner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.gleaner.cli.shell.Completion;
import org.gleaner.cli.shell.ManualPage;
import org.gleaner.lab.BadInput;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gleaner manual`: pages and completion, where `man` and shells look for them.
@Command(
        name = "manual",
        description = "Write manual pages, and completion for bash, zsh and fish, as files.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class ManualCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            paramLabel = "DIR",
            description =
                    "Where to: ~/.local/share, /usr/local/share or any other. What is there of an"
                            + " older version is replaced.")
    private Path directory = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    ManualCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        CommandLine program = spec.root().commandLine();
        Map<String, String> files = new LinkedHashMap<>();
        ManualPage.all(program, Version.ofGleaner())
                .forEach((name, page) -> files.put("man/man1/" + name, page));
        for (Completion shell : Completion.values()) {
            files.put(shell.place(), shell.of(program, CompletionCommand.known(surroundings)));
        }
        files.forEach((name, text) -> write(directory.resolve(name), text));
        surroundings
                .out()
                .println(
                        "%d manual pages and %d completions in %s; see: man -M %s gleaner-run"
                                .formatted(
                                        files.size() - Completion.values().length,
                                        Completion.values().length,
                                        directory,
                                        directory.resolve("man")));
        return ExitCodes.DONE;
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new BadInput(
                    file.toString(),
                    "cannot be written: " + e.getMessage(),
                    "give a directory that you may write to",
                    e);
        }
    }
}
