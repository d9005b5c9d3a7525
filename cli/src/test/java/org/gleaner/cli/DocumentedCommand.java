package org.gleaner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A command that a document tells its reader to type.
///
/// @param document the file, from the root of the repository
/// @param line where it stands, from 1
/// @param words after `gleaner`, without what the shell takes
/// @param inline whether it stands in running text, where it may be a part of a command
/// @param output what the document says it prints; null if it does not say
record DocumentedCommand(
        String document,
        int line,
        List<String> words,
        boolean inline,
        @Nullable List<String> output) {

    private static final String FENCE = "```";
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");

    /// What is quoted is none, and kept.
    private static final Pattern REDIRECTION =
            Pattern.compile("('[^']*'|\"[^\"]*\")|\\s\\d?[<>]\\s*\\S+");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s\"']+)");
    private static final Pattern PLACEHOLDER =
            Pattern.compile("[A-Z][A-Z]*(\\.[a-z]+)?|.*\\.\\.\\.|(.*=)?[A-Z]+");

    /// All commands of a document, in order.
    static List<DocumentedCommand> in(Path root, String document) {
        try {
            return new Reader(document, Files.readAllLines(root.resolve(document))).read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<DocumentedCommand> in(String document, List<String> lines) {
        return new Reader(document, lines).read();
    }

    /// Whether words stand for what a reader has to choose.
    boolean isPattern() {
        return words.stream().anyMatch(word -> PLACEHOLDER.matcher(word).matches());
    }

    @Override
    public String toString() {
        return document + ":" + line + ": gleaner " + String.join(" ", words);
    }

    private static final class Reader {
        private final String document;
        private final List<String> lines;
        private final List<DocumentedCommand> commands = new ArrayList<>();
        private int at;

        Reader(String document, List<String> lines) {
            this.document = document;
            this.lines = lines;
        }

        List<DocumentedCommand> read() {
            while (at < lines.size()) {
                String text = lines.get(at);
                if (text.strip().equals(FENCE + "sh")) {
                    block();
                } else if (text.strip().startsWith(FENCE)) {
                    fenced();
                } else if (text.startsWith("    ")) {
                    shell(text, at + 1, false, null);
                    at++;
                } else {
                    paragraph();
                }
            }
            return commands;
        }

        /// The lines up to the end of the fence that starts here.
        private List<String> fenced() {
            int end = ++at;
            while (end < lines.size() && !lines.get(end).strip().equals(FENCE)) {
                end++;
            }
            List<String> inside = lines.subList(at, end);
            at = end + 1;
            return inside;
        }

        /// Commands, and what the one of them prints if a block without a language follows at once.
        private void block() {
            int first = at + 2;
            List<String> inside = fenced();
            int next = at;
            while (next < lines.size() && lines.get(next).isBlank()) {
                next++;
            }
            List<String> output = null;
            if (next < lines.size() && lines.get(next).strip().equals(FENCE)) {
                at = next;
                output = fenced();
            }
            for (int i = 0; i < inside.size(); i++) {
                shell(inside.get(i), first + i, false, output);
            }
        }

        private void paragraph() {
            int first = at;
            StringBuilder text = new StringBuilder();
            while (at < lines.size()
                    && !lines.get(at).isBlank()
                    && !lines.get(at).strip().startsWith(FENCE)) {
                text.append(lines.get(at++)).append('\n');
            }
            if (at == first) {
                at++;
            }
            Matcher span = SPAN.matcher(text);
            while (span.find()) {
                long before = text.substring(0, span.start()).lines().count();
                shell(
                        span.group(1).replace('\n', ' '),
                        first + (int) Math.max(1, before),
                        true,
                        null);
            }
        }

        /// A line for a shell: commands between pipes, with assignments before and comments behind.
        private void shell(String text, int line, boolean inline, @Nullable List<String> output) {
            String code = REDIRECTION.matcher(text.replaceAll("(^|\\s)#.*", "")).replaceAll("$1");
            for (String part : code.split("\\||&&|;")) {
                List<String> words = words(part);
                while (!words.isEmpty() && words.getFirst().matches("[A-Z_]+=\\S*")) {
                    words.removeFirst();
                }
                boolean own = !words.isEmpty() && words.getFirst().matches("(\\.\\.?/)*gleaner");
                if (own && (words.size() > 1 || !inline)) {
                    List<String> arguments = List.copyOf(words.subList(1, words.size()));
                    commands.add(new DocumentedCommand(document, line, arguments, inline, output));
                }
            }
        }

        private static List<String> words(String part) {
            List<String> words = new ArrayList<>();
            Matcher word = WORD.matcher(part);
            while (word.find()) {
                String quoted = word.group(1) != null ? word.group(1) : word.group(2);
                words.add(quoted != null ? quoted : word.group(3));
            }
            return words;
        }
    }
}
