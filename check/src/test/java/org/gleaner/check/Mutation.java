package org.gleaner.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One bug to be planted into a copy of core; see `mutations.txt`.
///
/// @param what is wrong then
/// @param file of core, without its directory
/// @param there a text that occurs in it once, but for white space
/// @param instead what takes its place
record Mutation(String what, String file, String there, String instead) {
    private static final Pattern FORM =
            Pattern.compile(
                    "^## (.*)\\n(.*)\\n--- there\\n((?s:.*?)\\n?)--- instead\\n((?s:.*?))--- end$",
                    Pattern.MULTILINE);

    static List<Mutation> all() {
        try (InputStream in = Mutation.class.getResourceAsStream("mutations.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Mutation> all = new ArrayList<>();
            Matcher m = FORM.matcher(text);
            while (m.find()) {
                all.add(new Mutation(m.group(1), m.group(2), m.group(3), m.group(4)));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Its file below a directory of sources.
    Path find(Path sources) {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(path -> path.endsWith(file)).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The text of its file with the bug in it.
    ///
    /// @throws IllegalStateException if what it replaces is not there exactly once
    String applyTo(String source) {
        String words =
                Arrays.stream(there.strip().split("\\s+"))
                        .map(Pattern::quote)
                        .collect(Collectors.joining("\\s+"));
        List<MatchResult> found = Pattern.compile(words).matcher(source).results().toList();
        if (found.size() != 1) {
            throw new IllegalStateException(
                    what + ": what it replaces is in " + file + " " + found.size() + " times");
        }
        MatchResult at = found.getFirst();
        return source.substring(0, at.start()) + instead.strip() + source.substring(at.end());
    }
}
