package org.gleaner.cli.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// A command's page for `man`, in the macros of man(7), with the sections that pages of section 1
/// have. There is no date in it: the same version gives the same page.
public final class ManualPage {

    private final Subcommand command;
    private final StringBuilder page = new StringBuilder();

    private ManualPage(Subcommand command) {
        this.command = command;
    }

    /// The pages of a program and of all its commands, by file name.
    ///
    /// @param version of the program
    public static Map<String, String> all(CommandLine program, String version) {
        Map<String, String> pages = new LinkedHashMap<>();
        for (Subcommand each : Subcommand.all(program, Map.of())) {
            pages.put(name(each) + ".1", new ManualPage(each).written(version));
        }
        return pages;
    }

    private static String name(Subcommand command) {
        return command.spec().root().name() + command.at().replace(' ', '-');
    }

    private String written(String version) {
        UsageMessageSpec usage = command.spec().usageMessage();
        page.append(
                ".TH \"%s\" 1 \"\" \"%s\" \"Gleaner\"%n"
                        .formatted(name(command).toUpperCase(Locale.ROOT), escaped(version)));
        section("NAME", name(command) + " - " + Subcommand.brief(usage.description()));
        synopsis();
        section("DESCRIPTION");
        page.append(
                Arrays.stream(usage.description())
                        .map(paragraph -> escaped(Subcommand.plain(paragraph)))
                        .filter(paragraph -> !paragraph.isEmpty())
                        .collect(Collectors.joining("\n.PP\n", "", "\n")));
        parameters();
        options();
        subcommands();
        exitCodes(usage);
        examples(usage);
        seeAlso();
        return page.toString();
    }

    private void section(String title) {
        page.append(".SH ").append(title).append('\n');
    }

    private void section(String title, String text) {
        section(title);
        page.append(escaped(text)).append('\n');
    }

    private void synopsis() {
        section("SYNOPSIS");
        page.append(".B ")
                .append(escaped(command.spec().root().name() + command.at()))
                .append('\n');
        List<String> rest = new ArrayList<>();
        rest.add("[\\fIOPTION\\fR]...");
        if (command.isGroup()) {
            rest.add(
                    "\\fI"
                            + escaped(command.spec().usageMessage().synopsisSubcommandLabel())
                            + "\\fR");
        }
        for (PositionalParamSpec each : command.parameters()) {
            String label = "\\fI" + escaped(each.paramLabel()) + "\\fR";
            label += each.isMultiValue() ? "..." : "";
            rest.add(each.arity().min() == 0 ? "[" + label + "]" : label);
        }
        page.append(String.join(" ", rest)).append('\n');
    }

    private void parameters() {
        if (!command.parameters().isEmpty()) {
            section("ARGUMENTS");
        }
        for (PositionalParamSpec each : command.parameters()) {
            item("\\fI" + escaped(each.paramLabel()) + "\\fR", each.description());
        }
    }

    private void options() {
        section("OPTIONS");
        for (OptionSpec each : command.options()) {
            String names =
                    Arrays.stream(each.names())
                            .map(name -> "\\fB" + escaped(name) + "\\fR")
                            .collect(Collectors.joining(", "));
            item(names + value(each), each.description());
        }
    }

    private static String value(ArgSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        String label = escaped(option.paramLabel().replaceFirst("^=", ""));
        String text = "=\\fI" + label + "\\fR";
        return option.arity().min() == 0 ? "[" + text + "]" : text;
    }

    private void subcommands() {
        if (command.isGroup()) {
            section("COMMANDS");
            for (Subcommand each : command.below()) {
                item(
                        "\\fB" + escaped(each.path().getLast()) + "\\fR",
                        each.spec().usageMessage().description());
            }
        }
    }

    private void exitCodes(UsageMessageSpec usage) {
        section("EXIT STATUS");
        if (usage.exitCodeList().isEmpty()) {
            page.append("0 if all went well; the others are told in\n.BR ");
            page.append(command.spec().root().name()).append(" (1).\n");
        }
        usage.exitCodeList().forEach((code, what) -> item("\\fB" + code.strip() + "\\fR", what));
    }

    private void examples(UsageMessageSpec usage) {
        if (usage.footer().length > 0) {
            section("EXAMPLES");
            page.append(".nf\n");
            for (String line : usage.footer()) {
                page.append(escaped(Subcommand.formatted(line).strip())).append('\n');
            }
            page.append(".fi\n");
        }
    }

    private void seeAlso() {
        section("SEE ALSO");
        List<String> pages = new ArrayList<>();
        for (int words = 0; words < command.path().size(); words++) {
            String above = String.join("-", command.path().subList(0, words));
            pages.add(command.spec().root().name() + (above.isEmpty() ? "" : "-" + above));
        }
        command.below().forEach(each -> pages.add(name(command) + "-" + each.path().getLast()));
        page.append(
                pages.stream()
                        .map(each -> ".BR " + escaped(each) + " (1)")
                        .collect(Collectors.joining(",\n")));
        page.append('\n');
    }

    private void item(String term, String... description) {
        page.append(".TP\n").append(term).append('\n');
        page.append(escaped(Subcommand.plain(description))).append('\n');
    }

    /// Text that troff sets as it stands.
    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
