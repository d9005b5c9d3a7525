package org.gleaner.fleet.point;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.gleaner.fleet.plan.Axis;
import org.gleaner.fleet.plan.Point;
import org.gleaner.fleet.plan.PointKind;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.TraceCatalog;

/// The files that a sweep's points read: traces, and scenarios that are no bundled ones.
///
/// @param files by the word that names each in a point's command, where they are
/// @param digests of what is in them, by the same words
public record Inputs(Map<String, String> files, Map<String, String> digests)
        implements Serializable {

    public Inputs {
        files = new LinkedHashMap<>(files);
        digests = new LinkedHashMap<>(digests);
    }

    /// Finds and reads all of them.
    ///
    /// @throws BadInput if one is missing or cannot be read
    public static Inputs of(Sweep sweep, TraceCatalog traces) {
        Map<String, String> files = new LinkedHashMap<>();
        Map<String, String> digests = new LinkedHashMap<>();
        for (String word : words(sweep)) {
            boolean scenario = sweep.kind() == PointKind.RUN;
            if (scenario && !Files.isRegularFile(Path.of(word))) {
                // Bundled, or none: the command itself says so.
                continue;
            }
            Path file = scenario ? Path.of(word) : traces.find(word);
            if (Input.isStream(file)) {
                throw new BadInput(word, "can be read once only", "name a file");
            }
            try {
                digests.put(word, Sweep.digest(Files.readAllBytes(file)));
            } catch (IOException e) {
                throw new BadInput(
                        word, "cannot be read (" + Input.reason(e) + ")", "name a file", e);
            }
            files.put(word, file.toAbsolutePath().normalize().toString());
        }
        checkNames(files);
        return new Inputs(files, digests);
    }

    /// Workers get them under their bare names.
    private static void checkNames(Map<String, String> files) {
        Map<String, String> byName = new LinkedHashMap<>();
        files.values()
                .forEach(file -> {
                    String other = byName.put(String.valueOf(Path.of(file).getFileName()), file);
                    if (other != null && !other.equals(file)) {
                        throw new BadInput(
                                file, "has the name of " + other, "rename one of the two");
                    }
                });
    }

    private static Set<String> words(Sweep sweep) {
        Set<String> words = new LinkedHashSet<>();
        String subject = sweep.kind().subject();
        String fixed = sweep.fixed().get(subject);
        if (fixed != null) {
            words.addAll(List.of(fixed.strip().split("\\s+")));
        }
        for (Axis axis : sweep.axes()) {
            if (axis.key().equals(subject)) {
                for (int i = 0; i < axis.size(); i++) {
                    words.addAll(List.of(axis.value(i).strip().split("\\s+")));
                }
            }
        }
        return words;
    }

    /// The words of a point's command, with files where they are.
    public List<String> words(Point point) {
        List<String> words = new ArrayList<>();
        boolean named = true;
        for (String word : point.words()) {
            named = named && !word.startsWith("--");
            words.add(named ? files.getOrDefault(word, word) : word);
        }
        return words;
    }

    /// Digests of the files that a point reads; empty if it reads none.
    public String digest(Point point) {
        return point.words().stream()
                .takeWhile(word -> !word.startsWith("--"))
                .map(digests::get)
                .filter(digest -> digest != null)
                .collect(Collectors.joining("+"));
    }

    /// What the points read is a part of what they are.
    public String digest() {
        return Sweep.digest(digests.toString().getBytes(StandardCharsets.UTF_8));
    }
}
