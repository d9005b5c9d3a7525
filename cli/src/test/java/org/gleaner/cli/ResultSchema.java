package org.gleaner.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.FleetInfo;
import org.gleaner.lab.run.FleetPopulation;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.PackingResult;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.SensitivityResult;
import org.gleaner.lab.run.TimingResult;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.lab.run.TogetherValidationResult;
import org.gleaner.lab.run.TortureResult;
import org.gleaner.lab.run.TraceCold;
import org.gleaner.lab.run.TraceHarvested;
import org.gleaner.lab.run.TraceInfo;
import org.gleaner.lab.run.TraceRecorded;
import org.gleaner.lab.run.ValidationResult;
import org.gleaner.lab.scenario.Scenario;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the schema of result documents from the records that they are written from: what is not
/// nullable is required. More fields than those may come, unless the schema is *closed*, which is
/// for tests: what a document has and no record knows is then a fault.
final class ResultSchema {
    /// What a document is of, besides what each begins with.
    private static final List<Class<?>> KINDS =
            List.of(
                    MaxGuestMemoryResult.class,
                    AccessTrackingResult.class,
                    MmuStressResult.class,
                    DirtyLogPerfResult.class,
                    DemandPagingResult.class,
                    NeighboursResult.class,
                    PfnDesignsResult.class,
                    ArchitecturesResult.class,
                    ReplayResult.class,
                    TogetherResult.class,
                    AdviceResult.class,
                    TortureResult.class,
                    ValidationResult.class,
                    TogetherValidationResult.class,
                    TimingResult.class,
                    SensitivityResult.class,
                    FleetInfo.class,
                    FleetPopulation.class,
                    PackingResult.class,
                    TraceCold.class,
                    TraceInfo.class,
                    TraceRecorded.class,
                    TraceHarvested.class,
                    CheckDocument.class);

    private static final JsonMapper JSON = JsonMapper.shared();

    private final boolean closed;
    private final ObjectNode schema = JSON.createObjectNode();
    private final ObjectNode definitions = JSON.createObjectNode();

    private ResultSchema(boolean closed) {
        this.closed = closed;
    }

    static ObjectNode open() {
        return new ResultSchema(false).document();
    }

    static ObjectNode closed() {
        return new ResultSchema(true).document();
    }

    private ObjectNode document() {
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "What a Gleaner command came to: result.json, and what --json prints");
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        properties
                .putObject("resultFormat")
                .put("const", 1)
                .put("description", "Of the document; grows when a field changes or goes.");
        ArrayNode required = schema.putArray("required").add("resultFormat");
        fields(Completeness.class, properties, required);
        for (String word : List.of("command", "version", "date")) {
            properties.putObject(word).put("type", "string");
            required.add(word);
        }
        properties.putObject("name").put("type", "string");
        properties.putObject("scenario").put("type", "object");
        properties.set("band", reference(ErrorBand.class));
        for (String list : List.of("curve", "differences")) {
            properties
                    .putObject(list)
                    .put("type", "array")
                    .putObject("items")
                    .put("type", "object");
        }
        properties.set("caveats", list(String.class));
        seeds(properties);
        ArrayNode kinds = schema.putArray("anyOf");
        KINDS.forEach(kind -> kinds.add(reference(kind)));
        several(kinds);
        kinds.addObject()
                .put("description", "Nothing was finished.")
                .putObject("properties")
                .putObject("finished")
                .put("const", 0);
        if (closed) {
            schema.put("unevaluatedProperties", false);
        }
        schema.set("$defs", definitions);
        return schema;
    }

    /// Where there are several results, they are a list.
    private void several(ArrayNode kinds) {
        ObjectNode several = kinds.addObject();
        several.putArray("required").add("results");
        ObjectNode list = several.putObject("properties").putObject("results");
        ObjectNode item = list.put("type", "array").putObject("items");
        ObjectNode properties = item.put("type", "object").putObject("properties");
        properties.putObject("name").put("type", "string");
        seeds(properties);
        item.putArray("anyOf")
                .add(reference(ReplayResult.class))
                .add(reference(TogetherResult.class))
                .add(reference(TraceCold.class))
                .add(reference(TraceInfo.class));
        if (closed) {
            item.put("unevaluatedProperties", false);
        }
    }

    /// With several seeds there is more.
    private void seeds(ObjectNode properties) {
        properties.set("seeds", list(Long.class));
        properties.set("failures", list(String.class));
        for (String bound : List.of("least", "most")) {
            properties.putObject(bound).put("type", "object");
        }
        ObjectNode bySeed = properties.putObject("bySeed").put("type", "array");
        bySeed.putObject("items").put("type", "object");
    }

    private ObjectNode reference(Class<?> type) {
        String name =
                Stream.<Class<?>>iterate(type, each -> each != null, Class::getEnclosingClass)
                        .map(Class::getSimpleName)
                        .reduce(
                                "",
                                (inner, outer) -> inner.isEmpty() ? outer : outer + "." + inner);
        if (!definitions.has(name)) {
            ObjectNode definition = definitions.putObject(name).put("type", "object");
            ObjectNode properties = definition.putObject("properties");
            ArrayNode required = definition.putArray("required");
            fields(type, properties, required);
            if (closed && !KINDS.contains(type)) {
                definition.put("additionalProperties", false);
            }
        }
        return JSON.createObjectNode().put("$ref", "#/$defs/" + name);
    }

    private void fields(Class<?> type, ObjectNode properties, ArrayNode required) {
        JsonIgnoreProperties left = type.getAnnotation(JsonIgnoreProperties.class);
        Set<String> ignored = left == null ? Set.of() : Set.of(left.value());
        for (RecordComponent component : type.getRecordComponents()) {
            Method accessor = component.getAccessor();
            if (has(JsonIgnore.class, component, accessor)
                    || ignored.contains(component.getName())) {
                continue;
            }
            if (has(JsonUnwrapped.class, component, accessor)) {
                fields(component.getType(), properties, required);
                continue;
            }
            JsonInclude include = include(component, accessor);
            boolean nullable = isNullable(component.getAnnotatedType());
            ObjectNode schemaOf = schemaOf(component.getGenericType());
            boolean always = include != null && include.value() == JsonInclude.Include.ALWAYS;
            properties.set(component.getName(), nullable && always ? orNull(schemaOf) : schemaOf);
            boolean mayGo = include != null && include.value() == JsonInclude.Include.NON_EMPTY;
            if ((!nullable || always) && !mayGo) {
                required.add(component.getName());
            }
        }
        // a class names its methods in any order
        for (Method method :
                Arrays.stream(type.getDeclaredMethods())
                        .sorted(Comparator.comparing(Method::getName))
                        .toList()) {
            boolean component =
                    Arrays.stream(type.getRecordComponents())
                            .anyMatch(each -> each.getName().equals(method.getName()));
            if (method.isAnnotationPresent(JsonProperty.class) && !component) {
                properties.set(method.getName(), schemaOf(method.getGenericReturnType()));
                if (!isNullable(method.getAnnotatedReturnType())) {
                    required.add(method.getName());
                }
            }
        }
    }

    private static boolean has(
            Class<? extends java.lang.annotation.Annotation> what,
            RecordComponent component,
            AnnotatedElement accessor) {
        return component.isAnnotationPresent(what) || accessor.isAnnotationPresent(what);
    }

    private static @Nullable JsonInclude include(
            RecordComponent component, AnnotatedElement accessor) {
        JsonInclude own = component.getAnnotation(JsonInclude.class);
        return own != null ? own : accessor.getAnnotation(JsonInclude.class);
    }

    private static boolean isNullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }

    private static ObjectNode orNull(ObjectNode other) {
        ObjectNode either = JSON.createObjectNode();
        either.putArray("anyOf").add(other).addObject().put("type", "null");
        return either;
    }

    private ObjectNode list(Type items) {
        ObjectNode list = JSON.createObjectNode().put("type", "array");
        list.set("items", schemaOf(items));
        return list;
    }

    private ObjectNode schemaOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return list(arguments[0]);
            }
            ObjectNode map = JSON.createObjectNode().put("type", "object");
            map.set("additionalProperties", schemaOf(arguments[1]));
            return map;
        }
        ObjectNode plain = JSON.createObjectNode();
        if (type == Object.class) {
            return plain;
        }
        if (type instanceof Class<?> array && array.isArray()) {
            return list(array.getComponentType());
        }
        if (!(type instanceof Class<?> raw) || Scenario.class.isAssignableFrom(raw)) {
            return plain.put("type", "object");
        }
        if (raw == String.class) {
            return plain.put("type", "string");
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return plain.put("type", "boolean");
        }
        if (raw == double.class || raw == Double.class) {
            return plain.put("type", "number");
        }
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) {
            return plain.put("type", "integer");
        }
        Method word = word(raw);
        if (word != null) {
            return schemaOf(word.getGenericReturnType());
        }
        if (!raw.isRecord()) {
            return raw.isEnum() ? plain.put("type", "string") : plain.put("type", "object");
        }
        return reference(raw);
    }

    /// What a value is written as, if it is no object.
    private static @Nullable Method word(Class<?> type) {
        return Stream.of(type.getMethods())
                .filter(each -> each.isAnnotationPresent(JsonValue.class))
                .findFirst()
                .orElseGet(() ->
                        Arrays.stream(type.getInterfaces())
                                .map(ResultSchema::word)
                                .filter(each -> each != null)
                                .findFirst()
                                .orElse(null));
    }
}
