package org.gleaner.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Keeps `docs/reference/scenario-keys.md` in step with the schema. Run with
/// `-Dgleaner.schema.write=true` to write it anew.
final class ScenarioKeysPageTest {

    private static final Path PAGE = Path.of("..", "docs", "reference", "scenario-keys.md");
    private static final Path SCHEMA = Path.of("..", "schema", "scenario.schema.json");
    private static final String HEAD =
            """
            # The keys of a scenario

            Made from [the schema](../../schema/scenario.schema.json), by which editors complete and check a scenario's file. `gleaner scenario show KIND` prints the
            file of a kind with the default of each key; `--set guest.vcpus=32` changes one for one run, `--set guests.0.high=50%` one in a list. Sizes are written
            `256GiB`, `64M`, `16384p` (pages) or `50%`.

            """;

    private final JsonNode schema = read();
    private final JsonNode definitions = schema.get("$defs");

    @Test
    void thePageIsCurrent() throws IOException {
        String current = page();
        if (Boolean.getBoolean("gleaner.schema.write")) {
            Files.writeString(PAGE, current);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(current);
    }

    private String page() {
        Map<String, String> kinds = new LinkedHashMap<>();
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : definitions.properties()) {
            JsonNode kind = each.getValue().path("properties").path("kind");
            if (kind.has("const")) {
                kinds.put(each.getKey(), kind.get("const").stringValue());
            } else {
                parts.add(each.getKey());
            }
        }
        StringBuilder text = new StringBuilder(HEAD);
        text.append("Kinds: ");
        text.append(
                kinds.values().stream()
                        .map(kind -> "[`" + kind + "`](#" + kind + ")")
                        .collect(Collectors.joining(", ")));
        text.append(". Other bundled scenarios are files of these kinds.\n");
        kinds.forEach((type, kind) -> section(text, "`" + kind + "`", definitions.get(type)));
        parts.forEach(type -> section(text, title(type), definitions.get(type)));
        return text.toString();
    }

    private void section(StringBuilder text, String title, JsonNode type) {
        text.append("\n## ").append(title).append("\n\n| key | value | |\n|---|---|---|\n");
        for (Map.Entry<String, JsonNode> each : type.get("properties").properties()) {
            String description = each.getValue().path("description").stringValue("");
            text.append("| `").append(each.getKey()).append("` | ").append(value(each.getValue()));
            text.append(" | ").append(description.replace("|", "\\|")).append(" |\n");
        }
    }

    private static String value(JsonNode key) {
        if (key.has("$ref")) {
            String type = key.get("$ref").stringValue().replaceAll(".*/", "");
            return "[" + title(type) + "](#" + title(type).replace(' ', '-') + ")";
        }
        if (key.has("enum")) {
            return key.get("enum")
                    .valueStream()
                    .map(word -> "`" + word.asString() + "`")
                    .collect(Collectors.joining(", "));
        }
        if (key.has("const")) {
            return "`" + key.get("const").asString() + "`";
        }
        String type = key.path("type").asString("");
        return switch (type) {
            case "array" -> "list of " + value(key.get("items"));
            case "string" -> text(key.path("pattern").asString(""));
            case "boolean" -> "`true`, `false`";
            default -> type;
        };
    }

    /// What a pattern of the schema lets through, in a word.
    private static String text(String pattern) {
        return pattern.contains("[Pp]") ? "size" : pattern.contains("(/") ? "`1/N`" : "text";
    }

    /// `HostSettings` as people write it.
    private static String title(String type) {
        return type.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private static JsonNode read() {
        try {
            return JsonMapper.builder().build().readTree(Files.readString(SCHEMA));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
