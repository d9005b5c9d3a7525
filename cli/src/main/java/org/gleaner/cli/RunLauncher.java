package org.gleaner.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.report.ProgressBar;
import org.gleaner.lab.report.Provenance;
import org.gleaner.lab.scenario.BundledScenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.web.serve.FilledForm;
import org.gleaner.web.serve.Launcher;
import org.gleaner.web.serve.LiveRun;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Runs what pages ask for, as `gleaner run` would: by its own words, through the same command.
final class RunLauncher implements Launcher {

    /// What a page has another place for, or no use.
    private static final Set<String> ELSEWHERE =
            Set.of("--set", "--out", "--json", "--quiet", "--verbose", "--live");

    private static final Pattern KEY = Pattern.compile("[A-Za-z]\\w*(\\.\\w+)*");
    private static final Pattern SETTING = Pattern.compile("--set ([^=]+)=.*", Pattern.DOTALL);
    private static final Pattern OPTION = Pattern.compile("(--[a-z-]+).*", Pattern.DOTALL);
    private static final Pattern PATH = Pattern.compile("([A-Za-z]\\w*(?:\\.\\w+)*): (.*)");

    private final Surroundings surroundings;
    private final JsonNode schema;
    private final Map<String, OptionSpec> options = new LinkedHashMap<>();

    /// @param surroundings of the server, with the directory of results
    /// @throws BadInput if this installation has no schema
    RunLauncher(Surroundings surroundings) {
        this.surroundings = surroundings;
        schema = schema(ScenarioCommand.schema(surroundings));
        for (OptionSpec option : run(command(surroundings)).getCommandSpec().options()) {
            boolean names = Path.class.isAssignableFrom(option.type());
            if (!option.usageHelp()
                    && !option.versionHelp()
                    && !names
                    && !ELSEWHERE.contains(option.longestName())) {
                options.put(option.longestName(), option);
            }
        }
    }

    private static JsonNode schema(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readAllBytes(file));
        } catch (IOException | JacksonException e) {
            throw new BadInput(
                    file.toString(), "cannot be read, and forms are made of it", "install it", e);
        }
    }

    private static CommandLine command(Surroundings surroundings) {
        return Gleaner.commandLine(surroundings, Map.of(), new Faults(surroundings));
    }

    private static CommandLine run(CommandLine command) {
        return Objects.requireNonNull(command.getSubcommands().get("run"));
    }

    @Override
    public List<Offer> offers() {
        return BundledScenario.all().stream()
                .map(each -> new Offer(each.name(), each.question(), each.takes()))
                .toList();
    }

    @Override
    public JsonNode form(String scenario) {
        ObjectNode form = JsonMapper.shared().createObjectNode();
        BundledScenario bundled = BundledScenario.named(scenario);
        form.put("question", bundled.question());
        form.put("takes", bundled.takes());
        form.set("schema", schema);
        form.set(
                "written",
                JsonMapper.shared()
                        .valueToTree(ScenarioReader.open(scenario, Input.ofProcess()).written()));
        options.forEach((name, option) ->
                form.withArray("/options")
                        .addObject()
                        .put("name", name)
                        .put("value", option.arity().max() == 0 ? "" : option.paramLabel())
                        .put("description", String.join(" ", option.description())));
        return form;
    }

    @Override
    public Prepared prepare(FilledForm form) {
        List<String> words = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        try {
            words.addAll(words(form));
            Surroundings own = apart(words, () -> false, Watch.NONE, new ByteArrayOutputStream());
            CommandLine command = command(own);
            command.parseArgs(words.toArray(String[]::new));
            run(command).<RunCommand>getCommand().check();
        } catch (BadInput bad) {
            faults.add(fault(bad));
        } catch (ParameterException bad) {
            faults.add(fault(Faults.found(bad)));
        }
        return new Prepared(provenance(words).command(), faults);
    }

    private List<String> words(FilledForm form) {
        List<String> words = new ArrayList<>(List.of("run", form.scenario()));
        form.options()
                .forEach((name, value) -> {
                    OptionSpec option = options.get(name);
                    if (option == null) {
                        throw new BadInput(name, "no such option in a form", "leave it out");
                    }
                    words.add(option.arity().max() == 0 ? name : name + "=" + value);
                });
        form.settings()
                .forEach((key, value) -> {
                    if (!KEY.matcher(key).matches()) {
                        throw new BadInput(
                                "", "'" + key + "' is no key", "write one such as host.cpus");
                    }
                    words.addAll(List.of("--set", key + "=" + value));
                });
        return words;
    }

    private static Provenance provenance(List<String> words) {
        return Provenance.of(words, Version.text(), Instant.now());
    }

    /// Where the fault is shown.
    private static Fault fault(BadInput bad) {
        String message = BadInput.oneLine(bad.what() + "; " + bad.mend());
        Matcher setting = SETTING.matcher(bad.where());
        if (setting.matches()) {
            return new Fault(setting.group(1), message);
        }
        Matcher option = OPTION.matcher(bad.where());
        if (option.matches()) {
            return new Fault(option.group(1), message);
        }
        Matcher path = PATH.matcher(bad.what());
        if (path.matches()) {
            return new Fault(path.group(1), BadInput.oneLine(path.group(2) + "; " + bad.mend()));
        }
        return new Fault("", message);
    }

    @Override
    public void run(FilledForm form, LiveRun run) {
        FollowedRun followed = new FollowedRun(run);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        int code = ExitCodes.INTERNAL;
        try {
            List<String> words = words(form);
            code =
                    Gleaner.run(
                            apart(words, run::cancelled, followed, printed),
                            words.toArray(String[]::new));
        } finally {
            followed.ended(code, printed.toString(StandardCharsets.UTF_8));
        }
    }

    /// A command's own surroundings: it prints for the page.
    private Surroundings apart(
            List<String> words, BooleanSupplier stop, Watch watch, ByteArrayOutputStream printed) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new Surroundings(
                Surroundings.Streams.into(out, out),
                surroundings.places(),
                surroundings.following().by(ProgressBar.Mode.SILENT, watch, stop),
                surroundings.executors(),
                surroundings.shelf(),
                provenance(words));
    }
}
