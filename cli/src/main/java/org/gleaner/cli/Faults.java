package org.gleaner.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.size.Size;
import org.gleaner.machine.Capacity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Turns whatever went wrong into one line on standard error and an exit code. A stack trace is for
/// a file.
final class Faults {

    private final Surroundings surroundings;

    Faults(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// What picocli could not parse.
    int usage(ParameterException fault, String[] arguments) {
        return badInput(found(fault));
    }

    /// What is wrong with arguments that picocli could not parse.
    static BadInput found(ParameterException fault) {
        BadInput bad = findBadInput(fault);
        if (bad != null) {
            ArgSpec argument = fault.getArgSpec();
            return argument == null ? bad : bad.at(name(argument));
        }
        CommandLine command = fault.getCommandLine();
        List<String> unmatched = command.getUnmatchedArguments();
        String help = "see '" + command.getCommandSpec().qualifiedName() + " --help'";
        if (!unmatched.isEmpty()) {
            return unknown(unmatched.getFirst(), command, help);
        }
        for (ArgSpec argument : missing(fault)) {
            int least = argument.arity().min();
            if (least > 1) {
                return new BadInput(name(argument), "fewer than " + least + " are named", help);
            }
        }
        return new BadInput("", clause(String.valueOf(fault.getMessage())), help);
    }

    private static List<ArgSpec> missing(ParameterException fault) {
        return fault instanceof MissingParameterException few ? few.getMissing() : List.of();
    }

    /// What a command threw.
    int execution(Exception fault, CommandLine command, ParseResult parsed) {
        return switch (fault) {
            case BadInput bad -> badInput(bad);
            case Capacity.Exceeded exceeded -> badInput(tooMuch(exceeded));
            case Cancelled _ -> {
                line("interrupted before anything was finished");
                yield ExitCodes.INTERRUPTED;
            }
            default -> internal(fault, parsed.originalArgs().toArray(String[]::new));
        };
    }

    /// What nobody asked about before it was made.
    private static BadInput tooMuch(Capacity.Exceeded exceeded) {
        return new BadInput("", String.valueOf(exceeded.getMessage()), "ask for less");
    }

    /// What should not have happened.
    int internal(Throwable fault, String... arguments) {
        if (fault instanceof OutOfMemoryError) {
            // The input's doing: what is foreseen is refused before, with its place.
            long most = Heap.ofProcess().most();
            return badInput(
                    new BadInput(
                            "",
                            "needs more memory than the "
                                    + Size.approximately(most)
                                    + " that Java may use",
                            "set " + Heap.option(most) + ", or ask for less"));
        }
        line("internal error: " + fault + "; the stack trace is in " + crash(fault, arguments));
        return ExitCodes.INTERNAL;
    }

    /// What was printed did not all arrive.
    ///
    /// @param code that the command ended with, which stands if it tells of a fault of its own
    int unwritable(int code) {
        String reason = surroundings.out() instanceof StandardOutput own ? own.reason() : "";
        if (!reason.equals(StandardOutput.NO_READER)) {
            line(
                    "standard output: cannot be written"
                            + (reason.isEmpty() ? "" : " (" + reason + ")")
                            + "; make room, or write to another place");
        }
        return code == ExitCodes.DONE || code == ExitCodes.FAILED ? ExitCodes.UNWRITABLE : code;
    }

    private int badInput(BadInput bad) {
        line(bad.getMessage());
        return ExitCodes.BAD_INPUT;
    }

    private void line(String text) {
        surroundings.err().println("gleaner: " + BadInput.oneLine(text));
    }

    private String crash(Throwable fault, String... arguments) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        out.println(Version.text());
        out.println("arguments: " + Arrays.toString(arguments));
        fault.printStackTrace(out);
        try {
            Path file =
                    Files.createTempFile(surroundings.places().crashes(), "gleaner-crash-", ".txt");
            return Files.writeString(file, text.toString()).toString();
        } catch (IOException e) {
            return "no file: " + surroundings.places().crashes() + " cannot be written";
        }
    }

    private static BadInput unknown(String word, CommandLine command, String help) {
        boolean option = word.startsWith("-");
        Collection<String> known =
                option
                        ? command.getCommandSpec().optionsMap().keySet()
                        : command.getSubcommands().keySet();
        String bare = word.indexOf('=') > 0 ? word.substring(0, word.indexOf('=')) : word;
        String what =
                option ? "no such option" : known.isEmpty() ? "unexpected" : "no such command";
        String mend =
                Nearest.to(bare, known).map(near -> "did you mean '" + near + "'?").orElse(help);
        return new BadInput(bare, what, mend);
    }

    private static @Nullable BadInput findBadInput(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof BadInput bad) {
                return bad;
            }
        }
        return null;
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String clause(String message) {
        String line = message.strip().replaceFirst("\\.+$", "");
        return line.isEmpty()
                ? "bad usage"
                : Character.toLowerCase(line.charAt(0)) + line.substring(1);
    }
}
