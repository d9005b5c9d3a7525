package org.gleaner.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Keeps `schema/scenario.schema.json`, which editors check and complete scenario files by, in step
/// with the records. Run with `-Dgleaner.schema.write=true` to write it anew.
final class ScenarioSchemaTest {

    private static final Path FILE = Path.of("..", "schema", "scenario.schema.json");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void theCheckedInSchemaIsCurrent() throws IOException {
        String current = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema()) + "\n";
        if (Boolean.getBoolean("gleaner.schema.write")) {
            Files.writeString(FILE, current);
        }
        assertThat(Files.readString(FILE)).isEqualTo(current);
    }

    @Test
    void everyKeyIsDescribedAndClosed() {
        ObjectNode definitions = (ObjectNode) schema().get("$defs");
        assertThat(definitions.propertyNames())
                .containsExactlyInAnyOrder(
                        "MaxGuestMemory",
                        "AccessTracking",
                        "MmuStress",
                        "DirtyLogPerf",
                        "DemandPaging",
                        "Neighbours",
                        "PfnDesigns",
                        "AcrossArchitectures",
                        "Neighbour",
                        "WorkPhase",
                        "ObjectTouch",
                        "Configuration",
                        "Guest",
                        "HostSettings",
                        "HostCommand",
                        "Swap",
                        "WatermarkSettings");
        definitions.forEach(type ->
                assertThat(type.get("additionalProperties").booleanValue())
                        .as("%s", type)
                        .isFalse());
    }

    @Test
    void everyBundledFileSaysWhereItIs() {
        Path sources = Path.of("src/main/resources/org/gleaner/lab/scenario");
        for (String kind : ScenarioReader.BUNDLED) {
            String first = ScenarioReader.text(kind).lines().findFirst().orElse("");
            String line = "# yaml-language-server: $schema=";
            assertThat(first).startsWith(line);
            assertThat(sources.resolve(first.substring(line.length())))
                    .hasSameTextualContentAs(FILE);
        }
    }

    private static ObjectNode schema() {
        ObjectNode schema = generator().generateSchema(Scenario.class);
        schema.put("title", "A Gleaner scenario");
        ObjectNode definitions = (ObjectNode) schema.get("$defs");
        kind(definitions, "MaxGuestMemory", MaxGuestMemory.KIND).remove("required");
        kind(definitions, "AccessTracking", AccessTracking.KIND);
        kind(definitions, "MmuStress", MmuStress.KIND);
        kind(definitions, "DirtyLogPerf", DirtyLogPerf.KIND);
        kind(definitions, "DemandPaging", DemandPaging.KIND);
        kind(definitions, "Neighbours", Neighbours.KIND);
        kind(definitions, "PfnDesigns", PfnDesigns.KIND);
        kind(definitions, "AcrossArchitectures", AcrossArchitectures.KIND);
        require(definitions, "Configuration", "name");
        require(definitions, "Neighbour", "name");
        require(definitions, "WorkPhase", "name", "touches");
        ((ObjectNode) definitions.get("Neighbour").get("properties"))
                .putObject("count")
                .put("type", "integer")
                .put("minimum", 1)
                .put("maximum", 64)
                .put("description", "So many guests like this, with 1, 2, ... behind their name.");
        require(definitions, "HostCommand", "at", "to", "write");
        ((ObjectNode) definitions.get("Neighbours").get("properties"))
                .putObject("writes")
                .put("deprecated", true)
                .put("description", "An older spelling of host.commands.");
        openWords(schema);
        return schema;
    }

    private static void require(ObjectNode definitions, String type, String... keys) {
        ArrayNode required = ((ObjectNode) definitions.get(type)).putArray("required");
        for (String key : keys) {
            required.add(key);
        }
    }

    /// The generator closes words too, which have no properties to close.
    private static void openWords(JsonNode node) {
        if (node instanceof ObjectNode object && !object.has("properties")) {
            object.remove("additionalProperties");
        }
        node.forEach(ScenarioSchemaTest::openWords);
    }

    /// The default kind need not be given.
    private static ObjectNode kind(ObjectNode definitions, String type, String kind) {
        ObjectNode definition = (ObjectNode) definitions.get(type);
        ObjectNode properties = (ObjectNode) definition.get("properties");
        properties.putObject("kind").put("const", kind);
        properties
                .putObject("scale")
                .put("type", "string")
                .put("pattern", "^[0-9]+(/[0-9]+)?$")
                .put("description", "What it is run at unless --scale says otherwise: 1/N.");
        definition.putArray("required").add("kind");
        return definition;
    }

    private static SchemaGenerator generator() {
        SchemaGeneratorConfigBuilder config =
                new SchemaGeneratorConfigBuilder(
                                JSON, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                        .with(
                                Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT,
                                Option.DEFINITIONS_FOR_ALL_OBJECTS);
        config.forFields()
                .withIgnoreCheck(field -> field.getAnnotation(JsonIgnore.class) != null)
                .withDescriptionResolver(field -> {
                    var text = field.getAnnotation(JsonPropertyDescription.class);
                    return text == null ? null : text.value();
                });
        config.forTypesInGeneral()
                .withPropertySorter((_, _) -> 0)
                .withCustomDefinitionProvider(ScenarioSchemaTest::word)
                .withSubtypeResolver((type, context) ->
                        type.getErasedType() == Scenario.class ? subtypes(context) : List.of());
        return new SchemaGenerator(config.build());
    }

    private static List<ResolvedType> subtypes(SchemaGenerationContext context) {
        return List.of(
                context.getTypeContext().resolve(MaxGuestMemory.class),
                context.getTypeContext().resolve(AccessTracking.class),
                context.getTypeContext().resolve(MmuStress.class),
                context.getTypeContext().resolve(Neighbours.class),
                context.getTypeContext().resolve(PfnDesigns.class),
                context.getTypeContext().resolve(DirtyLogPerf.class),
                context.getTypeContext().resolve(DemandPaging.class),
                context.getTypeContext().resolve(AcrossArchitectures.class));
    }

    /// Types that are written as one word.
    private static @Nullable CustomDefinition word(
            ResolvedType type, SchemaGenerationContext context) {
        Class<?> erased = type.getErasedType();
        Map<Class<?>, String> patterns =
                Map.of(
                        Size.class, "^[0-9]+(\\.[0-9]+)?\\s*([KkMmGgTt](i[Bb])?|[Bb]|[Pp]|%)$",
                        Moment.class,
                                "^(populated|(populated\\s*\\+\\s*)?[0-9]+(\\.[0-9]+)?\\s*(s|ms|us|ns))$",
                        MinFree.class,
                                "^(auto|[0-9]+(\\.[0-9]+)?\\s*([KkMmGgTt](i[Bb])?|[Bb]|[Pp]|%))$");
        if (erased == Limit.class) {
            // unquoted, YAML takes 0 for a number
            ObjectNode limit = JSON.createObjectNode();
            limit.putArray("type").add("string").add("integer");
            limit.put("minimum", 0).put("maximum", 0);
            limit.put(
                    "pattern", "^(0|max|[0-9]+(\\.[0-9]+)?\\s*([KkMmGgTt](i[Bb])?|[Bb]|[Pp]|%))$");
            return new CustomDefinition(limit, true);
        }
        ObjectNode definition = JSON.createObjectNode();
        if (patterns.containsKey(erased)) {
            definition.put("type", "string").put("pattern", patterns.get(erased));
        } else if (erased == LruGenChoice.class) {
            definition.putArray("type").add("integer").add("string");
            definition
                    .put("minimum", 0)
                    .put("maximum", 15)
                    .put("pattern", "^(0x)?0*[0-7]$|^0x0*[89a-fA-F]$|^0*(8|9|1[0-5])$|^[yYnN]$");
        } else if (Choice.class.isAssignableFrom(erased)) {
            ArrayNode labels = definition.putArray("enum");
            for (Object constant : erased.getEnumConstants()) {
                String label = ((Choice) constant).label();
                labels.add(label);
                if (erased == Kernel.class) {
                    // Unquoted, YAML takes a version for a number.
                    labels.add(Double.parseDouble(label));
                }
            }
        } else {
            return null;
        }
        return new CustomDefinition(definition, true);
    }
}
