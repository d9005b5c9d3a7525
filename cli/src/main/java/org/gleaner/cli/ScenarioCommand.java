package org.gleaner.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.report.ScenarioPlanText;
import org.gleaner.lab.scenario.BundledScenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner scenario`: what `gleaner run` reads, as files.
@Command(
        name = "scenario",
        description = "List, print, copy and check scenarios, without running them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "WHAT")
final class ScenarioCommand implements Callable<Integer> {

    private ScenarioCommand() {}

    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new ScenarioCommand())
                .addSubcommand("list", new ListBundled(surroundings))
                .addSubcommand("show", new Show(surroundings))
                .addSubcommand("new", new New(surroundings))
                .addSubcommand("check", new ScenarioCheckCommand(surroundings));
    }

    @Override
    public Integer call() {
        throw new BadInput("", "no command given", "try 'gleaner scenario list'");
    }

    static Path schema(Surroundings surroundings) {
        return surroundings.home().resolve("schema").resolve("scenario.schema.json");
    }

    /// The answer of `list --json`.
    private record Bundled(List<BundledScenario> scenarios) {}

    @Command(
            name = "list",
            description = "List the bundled scenarios: what each asks, and how long it takes.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false)
    private static final class ListBundled implements Callable<Integer> {

        private final Surroundings surroundings;

        @Option(names = "--json", description = "Print one JSON document, and nothing else.")
        private boolean json;

        ListBundled(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            surroundings
                    .out()
                    .print(
                            json
                                    ? ResultJson.of(new Bundled(BundledScenario.all())) + "\n"
                                    : ScenarioPlanText.list());
            return ExitCodes.DONE;
        }
    }

    /// The answer of `show --json`.
    private record Shown(String name, String question, String takes, String text) {}

    @Command(
            name = "show",
            description =
                    "Print a bundled scenario's file: every key, its default and what it means.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false)
    private static final class Show implements Callable<Integer> {

        private final Surroundings surroundings;

        @Parameters(paramLabel = "NAME", description = "A bundled scenario; see 'list'.")
        private String name = "";

        @Option(names = "--json", description = "Print one JSON document, and nothing else.")
        private boolean json;

        Show(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            BundledScenario bundled = BundledScenario.named(name);
            String text = bundled.text(schema(surroundings));
            Shown shown = new Shown(name, bundled.question(), bundled.takes(), text);
            surroundings.out().print(json ? ResultJson.of(shown) + "\n" : text);
            return ExitCodes.DONE;
        }
    }

    /// The answer of `new --json`.
    private record Made(String name, String file) {}

    @Command(
            name = "new",
            description = "Copy a bundled scenario to a new file, to be changed and run.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            sortOptions = false)
    private static final class New implements Callable<Integer> {

        private final Surroundings surroundings;

        @Parameters(
                index = "0",
                paramLabel = "NAME",
                description = "A bundled scenario; see 'list'.")
        private String name = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "FILE.yaml",
                description =
                        "The new file (default: NAME.yaml). What is there already is left alone.")
        private @Nullable Path file;

        @Option(names = "--json", description = "Print one JSON document, and nothing else.")
        private boolean json;

        New(Surroundings surroundings) {
            this.surroundings = surroundings;
        }

        @Override
        public Integer call() {
            BundledScenario bundled = BundledScenario.named(name);
            Path target = file != null ? file : surroundings.directory().resolve(name + ".yaml");
            if (ScenarioReader.BUNDLED.contains(target.toString())) {
                throw new BadInput(
                        target.toString(),
                        "a run would take the bundled scenario of that name",
                        "name it " + target + ".yaml");
            }
            NewFile.write(target, bundled.text(schema(surroundings)));
            String made =
                    "%s: a copy of %s; change it, then 'gleaner scenario check %s' and 'gleaner run %s'"
                            .formatted(target, name, target, target);
            surroundings
                    .out()
                    .println(
                            json
                                    ? ResultJson.of(
                                            new Made(name, target.toAbsolutePath().toString()))
                                    : made);
            return ExitCodes.DONE;
        }
    }
}
