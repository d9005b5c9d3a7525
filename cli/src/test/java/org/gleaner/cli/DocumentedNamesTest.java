package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the documents name is there: files, headings, classes and tests.
final class DocumentedNamesTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern FILE =
            Pattern.compile("(?:\\./)?[\\w.-]+(?:/[\\w.-]+)+\\.(?:sh|py|java|yaml|csv|md|json|c)");

    /// A class by the name of its file, with a member perhaps.
    private static final Pattern TYPE =
            Pattern.compile(
                    "(?:[a-z]+\\.)*([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)(?:[.#]([a-zA-Z]\\w*))?(?:\\(\\))?");

    private static final Pattern TEST = Pattern.compile("-Dtest=(\\w+)");

    /// The JDK's own that documents compare with.
    private static final Set<String> FOREIGN =
            Set.of("StampedLock", "ReentrantLock", "ReentrantReadWriteLock");

    private final Map<String, String> sources = sources();
    private final List<String> faults = new ArrayList<>();

    private static List<Path> documents() {
        List<Path> all =
                new ArrayList<>(DocumentedCommandsTest.documents().map(ROOT::resolve).toList());
        try (var decisions = Files.list(ROOT.resolve("docs/decisions"))) {
            decisions.sorted().forEach(all::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        all.add(ROOT.resolve("CHANGELOG.md"));
        return all;
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path document : documents()) {
            Matcher link = LINK.matcher(prose(document));
            while (link.find()) {
                String target = link.group(1);
                if (!target.matches("[a-z]+:.*") && !leads(document, target)) {
                    faults.add(ROOT.relativize(document) + ": " + target);
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void everyPageIsFoundFromTheFirst() throws IOException {
        Path first = ROOT.resolve("docs/README.md");
        Matcher link = LINK.matcher(prose(first));
        List<Path> linked = new ArrayList<>(List.of(first));
        while (link.find()) {
            linked.add(first.resolveSibling(link.group(1).replaceFirst("#.*", "")).normalize());
        }
        assertThat(documents().stream().filter(each -> each.startsWith(ROOT.resolve("docs"))))
                .filteredOn(each -> !each.getParent().endsWith("decisions"))
                .allSatisfy(each -> assertThat(linked).contains(each));
    }

    @Test
    void everyFileClassAndTestIsThere() throws IOException {
        for (Path document : documents()) {
            if (document.toString().contains("decisions") || document.endsWith("CHANGELOG.md")) {
                continue; // They tell of what was.
            }
            String text = Files.readString(document);
            Matcher span = SPAN.matcher(text);
            while (span.find()) {
                look(document, span.group(1));
            }
            Matcher test = TEST.matcher(text);
            while (test.find()) {
                if (!test.group(1).startsWith("Some") && !sources.containsKey(test.group(1))) {
                    faults.add(ROOT.relativize(document) + ": -Dtest=" + test.group(1));
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    private void look(Path document, String span) {
        boolean known = true;
        Matcher type = TYPE.matcher(span);
        if (type.matches()) {
            known = isKnown(type.group(1), type.group(2));
        } else if (FILE.matcher(span).matches()) {
            known = Files.exists(ROOT.resolve(span)) || Files.exists(document.resolveSibling(span));
        }
        if (!known) {
            faults.add(ROOT.relativize(document) + ": `" + span + "`");
        }
    }

    private boolean isKnown(String type, String member) {
        if (FOREIGN.contains(type)) {
            return true;
        }
        String source = sources.get(type);
        if (source == null) {
            Pattern nested = Pattern.compile("(class|record|enum|interface) " + type + "\\b");
            source =
                    sources.values().stream()
                            .filter(text -> nested.matcher(text).find())
                            .findFirst()
                            .orElse(null);
        }
        return source != null && (member == null || source.contains(member));
    }

    private static boolean leads(Path document, String target) throws IOException {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path there = file.isEmpty() ? document : document.resolveSibling(file);
        if (hash < 0 || !Files.exists(there)) {
            return Files.exists(there);
        }
        return Files.readAllLines(there).stream()
                .filter(line -> line.startsWith("#"))
                .map(DocumentedNamesTest::anchor)
                .anyMatch(target.substring(hash + 1)::equals);
    }

    /// As sites that show Markdown make it of a heading.
    private static String anchor(String heading) {
        return heading.replaceAll("^#+\\s*", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 _-]", "")
                .replace(' ', '-');
    }

    /// A document without its fenced blocks.
    private static String prose(Path document) throws IOException {
        StringBuilder text = new StringBuilder();
        boolean fenced = false;
        for (String line : Files.readAllLines(document)) {
            if (line.strip().startsWith("```")) {
                fenced = !fenced;
            } else if (!fenced) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> directories = Files.list(ROOT)) {
            return directories.filter(each -> Files.exists(each.resolve("pom.xml"))).toList();
        }
    }

    /// All Java sources, by the name of the type.
    private static Map<String, String> sources() {
        Map<String, String> all = new HashMap<>();
        try {
            for (Path module : modules()) {
                Files.walkFileTree(
                        module.resolve("src"),
                        new SimpleFileVisitor<>() {
                            @Override
                            public FileVisitResult visitFile(Path file, BasicFileAttributes of)
                                    throws IOException {
                                String name = file.getFileName().toString();
                                if (name.endsWith(".java")) {
                                    all.put(name.replace(".java", ""), Files.readString(file));
                                }
                                return FileVisitResult.CONTINUE;
                            }
                        });
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all;
    }
}
