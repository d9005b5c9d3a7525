package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gleaner.lab.scenario.ScenarioReader;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What the documents say can be typed can be typed, and prints what they say.
///
/// Every command is started against executors that do nothing, so that its options and its
/// scenarios, traces and programs are looked at. Those whose output is shown are run: to the digit
/// where that takes seconds, else at a small scale, and only the words are compared.
/// `-Dgleaner.docs.full=true` runs all of them as they stand, which takes minutes.
@Tag("long")
final class DocumentedCommandsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final boolean FULL = Boolean.getBoolean("gleaner.docs.full");
    private static final String SMALL = "1/4096";

    /// Its commands need programs that may not be here: [TutorialsTest] runs them.
    private static final String RECORDED = "docs/recording.md";

    /// Another module's, whose SweepDocumentTest reads its document.
    private static final String SWEEP = "sweep";

    @TempDir Path directory;

    private int made;

    /// All but the records of decisions, which tell of what was.
    static Stream<String> documents() {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            List<String> all = new ArrayList<>();
            docs.filter(path -> !path.getParent().endsWith("decisions"))
                    .map(path -> ROOT.relativize(path).toString())
                    .filter(name -> name.endsWith(".md"))
                    .sorted()
                    .forEach(all::add);
            all.addAll(
                    List.of(
                            "README.md",
                            "CONTRIBUTING.md",
                            "validation/README.md",
                            "traces/README.md",
                            "bench/README.md"));
            return all.stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<DocumentedCommand> commands() {
        return Stream.concat(
                        documents()
                                .flatMap(document -> DocumentedCommand.in(ROOT, document).stream()),
                        Examples.commands().stream().flatMap(DocumentedCommandsTest::examples))
                .filter(each -> !each.words().getFirst().equals(SWEEP));
    }

    /// What a command's help says can be typed.
    private static Stream<DocumentedCommand> examples(String command) {
        List<String> lines = Examples.of(command).lines().map(line -> "    " + line).toList();
        return DocumentedCommand.in("gleaner help " + command, lines).stream();
    }

    @TestFactory
    Stream<DynamicTest> everyCommandIsUnderstood() {
        return commands().map(each -> dynamicTest(each.toString(), () -> understood(each)));
    }

    @TestFactory
    Stream<DynamicTest> everyOutputIsPrinted() {
        return commands()
                .filter(each -> each.output() != null && !each.document().equals(RECORDED))
                .map(each -> dynamicTest(each.toString(), () -> printed(each)));
    }

    private void understood(DocumentedCommand command) throws IOException {
        List<String> words = new ArrayList<>(command.words());
        boolean records = String.join(" ", words).startsWith("trace record ");
        if (command.document().equals(RECORDED) || records) {
            int end = words.indexOf("--"); // What comes after it is not ours.
            known(end < 0 ? words : words.subList(0, end));
            return;
        }
        if (words.getFirst().equals("--print-java-home")) {
            assertThat(ROOT.resolve("gleaner")).content().contains("--print-java-home");
            return;
        }
        words.removeIf(word -> word.equals("..."));
        if (command.isPattern() || command.inline() && words.stream().noneMatch(this::isValue)) {
            known(words);
            return;
        }
        if (words.contains("reclaim") && words.stream().allMatch(this::isName)) {
            words.addAll(List.of("--only", "trace=zipf")); // All traces take seconds to read.
        }
        Session session = session();
        session.interrupted.set(true);
        int code = session.run(arguments(words));
        if (command.inline() && session.err().contains("missing required")) {
            known(words);
            return;
        }
        assertThat(code)
                .as("%s%n%s", command, session.err())
                .isIn(ExitCodes.DONE, ExitCodes.FAILED, ExitCodes.INTERRUPTED);
    }

    /// Whether a word is more than the name of a command.
    private boolean isValue(String word) {
        return word.startsWith("-") || word.matches(".*[/.=%0-9].*");
    }

    private boolean isName(String word) {
        return !isValue(word);
    }

    /// The commands and options are there; what a reader has to choose is not looked at.
    private void known(List<String> words) {
        List<String> path = new ArrayList<>();
        String help = help(path);
        for (String word : words) {
            if (word.startsWith("-")) {
                String option = word.replaceAll("=.*", "");
                assertThat(help)
                        .as("%s", words)
                        .containsPattern("(?m)(^|[ ,\\[])" + option + "\\b");
            } else if (help.contains("\nCommands:\n")) {
                assertThat(help).as("%s", words).containsPattern("(?m)^  " + word + " ");
                path.add(word);
                help = help(path);
            }
        }
    }

    private String help(List<String> path) {
        Session session = session();
        List<String> words = new ArrayList<>(path);
        words.add("--help");
        session.run(words.toArray(String[]::new));
        return session.out();
    }

    private void printed(DocumentedCommand command) throws IOException {
        List<String> words = new ArrayList<>(command.words());
        boolean whole = FULL || isShort(words);
        if (!whole && !words.getFirst().equals("run")) {
            return;
        }
        if (!whole && !words.contains("--scale")) {
            words.addAll(List.of("--scale", SMALL));
        }
        Session session = session();
        session.standardExecutors = true;
        session.run(arguments(words));
        String made = Pattern.quote(directory + "/") + "(new-\\d+-)?";
        List<String> printed = session.out().replaceAll(made, "").lines().toList();
        DocumentedOutput output = new DocumentedOutput(Objects.requireNonNull(command.output()));
        assertThat(whole ? output.differs(printed) : output.differsInForm(printed))
                .as("%s%n%s", command, session.err())
                .isEmpty();
    }

    /// Whether a command takes seconds.
    private static boolean isShort(List<String> words) {
        return switch (words.getFirst()) {
            case "run", "torture" -> false;
            case "check" ->
                    words.stream()
                            .skip(1)
                            .anyMatch(word -> !word.startsWith("-") || word.equals("--list"));
            case "validate" -> words.contains("--only");
            case "advise" -> words.contains("none"); // no knobs
            default -> true;
        };
    }

    private Session session() {
        Session session = new Session(directory);
        session.home = ROOT;
        return session;
    }

    /// The words, with files of the repository found and the reader's own files made.
    private String[] arguments(List<String> words) throws IOException {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String before = i == 0 ? "" : words.get(i - 1);
            boolean written =
                    before.equals("--out")
                            || before.equals("-o")
                            || i == 3 && words.get(1).equals("new")
                            || i == 1 && words.getFirst().equals("manual");
            if (written) {
                String name = "new-" + made++ + "-" + Path.of(word).getFileName();
                arguments.add(directory.resolve(name).toString());
            } else if (words.getFirst().equals("report") && i > 0 && !word.startsWith("-")) {
                arguments.add(result(word).toString());
            } else if (word.matches("[\\w./-]+\\.(csv|yaml|json|u32)(\\.xz|\\.zst)?")) {
                arguments.add(file(word).toString());
            } else {
                arguments.add(word);
            }
        }
        return arguments.toArray(String[]::new);
    }

    private Path result(String word) throws IOException {
        Path made = Files.createDirectories(directory.resolve(word));
        Files.writeString(made.resolve("result.json"), "{\"resultFormat\": 1, \"runs\": []}");
        return made;
    }

    /// A run of traces together, and the traces beside it.
    private static Path together(Path made) throws IOException {
        Path real = ROOT.resolve("validation/together");
        List<String> table = Files.readAllLines(real.resolve("results.csv"));
        for (String name : List.of("zipf21.u32.xz", "shift22.u32.xz")) {
            Path copy = made.resolveSibling(name);
            Files.copy(real.resolve(name), copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return Files.write(made, table.subList(0, 2));
    }

    private Path file(String word) throws IOException {
        Path own = ROOT.resolve(word);
        if (Files.exists(own)) {
            return own;
        }
        Path made = directory.resolve(Path.of(word).getFileName());
        String name = made.toString();
        if (word.startsWith("validation/together/")) {
            return together(made);
        }
        if (name.endsWith(".csv")) {
            List<String> table = Files.readAllLines(ROOT.resolve("validation/results.csv"));
            return Files.write(made, table.subList(0, 3));
        }
        if (name.endsWith("/vms.yaml")) {
            Path bundled = ROOT.resolve("traces/fleet/vms.yaml");
            return Files.copy(bundled, made, StandardCopyOption.REPLACE_EXISTING);
        }
        if (name.endsWith("/host.yaml")) {
            return Files.writeString(made, "host: {memory: 192MiB}\n");
        }
        if (name.endsWith(".yaml")) {
            return Files.writeString(made, ScenarioReader.text("neighbours"));
        }
        if (name.endsWith(".json")) {
            return Files.writeString(made, "{\"scenario\": {\"kind\": \"mmu-stress\"}}");
        }
        return Files.write(made, trace());
    }

    private static byte[] trace() {
        Random random = new Random(7);
        ByteBuffer bytes = ByteBuffer.allocate(2000 * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 2000; i++) {
            bytes.putInt(i < 256 ? i : random.nextInt(256) | random.nextInt(2) << 31);
        }
        return bytes.array();
    }
}
