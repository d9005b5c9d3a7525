package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gleaner.lab.BadInput;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// Reads YAML into [Node]s.
public final class Yaml {

    private static final YAMLFactory FACTORY = new YAMLFactory();

    private final String source;
    private final boolean lines;
    private final JsonParser parser;

    private Yaml(String source, boolean lines, JsonParser parser) {
        this.source = source;
        this.lines = lines;
        this.parser = parser;
    }

    /// The one document in `text`.
    ///
    /// @param lines whether places in `text` have lines; not if it is an option's value
    /// @throws BadInput if `text` is no YAML, or uses what has no use here: several
    ///     documents, aliases, tags, the same key twice
    public static Node read(String source, boolean lines, String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return new Yaml(source, lines, parser).document();
        } catch (JacksonException e) {
            throw unreadable(source, lines, e);
        }
    }

    private static BadInput unreadable(String source, boolean lines, JacksonException e) {
        Place place = new Place(source, 0, 0);
        String problem = e.getOriginalMessage().lines().findFirst().orElse("cannot be parsed");
        TokenStreamLocation token = e.getLocation();
        if (lines && token != null && token.getLineNr() > 0) {
            place = new Place(source, token.getLineNr(), Math.max(1, token.getColumnNr()));
        }
        // The YAML engine knows better than the token before it where the fault is.
        if (e.getCause() instanceof MarkedYamlEngineException marked) {
            problem = Objects.requireNonNullElse(marked.getProblem(), problem);
            Mark mark = marked.getProblemMark().orElse(null);
            if (lines && mark != null) {
                place = new Place(source, mark.getLine() + 1, mark.getColumn() + 1);
            }
        }
        String what = "is not valid YAML (" + problem.strip() + ")";
        return new BadInput(place.toString(), what, "check the indentation and the quotes", e);
    }

    private Node document() {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw bad("nothing is written here", "write at least one key, or leave it out");
        }
        Node node = node(first);
        if (parser.nextToken() != null) {
            throw bad("a second document starts here", "put each in a file of its own");
        }
        return node;
    }

    private Node node(JsonToken token) {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw bad("aliases are not read", "write the value out");
        }
        return switch (token) {
            case START_OBJECT -> mapping();
            case START_ARRAY -> listing();
            case VALUE_NULL -> new Node.Scalar(place(), "");
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
                    new Node.Scalar(place(), parser.getString());
            default -> throw bad("this form of value is not read", "write it as plain text");
        };
    }

    private Node mapping() {
        Place start = place();
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        while (next() == JsonToken.PROPERTY_NAME) {
            Place key = place();
            String name = parser.currentName();
            Node.Entry before = entries.get(name);
            if (before != null) {
                throw bad(
                        "'" + name + "' was already given at " + before.key(),
                        "keep one of the two");
            }
            entries.put(name, new Node.Entry(key, node(next())));
        }
        return new Node.Mapping(start, entries);
    }

    private Node listing() {
        Place start = place();
        List<Node> items = new ArrayList<>();
        for (JsonToken token; (token = next()) != JsonToken.END_ARRAY; ) {
            items.add(node(token));
        }
        return new Node.Listing(start, items);
    }

    private JsonToken next() {
        @Nullable JsonToken token = parser.nextToken();
        if (token == null) {
            throw bad("the document ends too early", "finish it");
        }
        return token;
    }

    private Place place() {
        TokenStreamLocation at = parser.currentTokenLocation();
        return lines
                ? new Place(source, at.getLineNr(), at.getColumnNr())
                : new Place(source, 0, 0);
    }

    private BadInput bad(String what, String mend) {
        return new BadInput(place().toString(), what, mend);
    }
}
