package org.gleaner.lab.fleet;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.lab.fleet.InstanceRow.Field;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.TraceBytes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/// `instance_usage` of Google's cluster data of 2019: a JSON object a line, as it is published, or
/// CSV with a heading of the same names.
final class GoogleInstanceUsage implements FleetTable {

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(16)
                                    .maxStringLength(1 << 12)
                                    .maxNameLength(1 << 10)
                                    .maxNumberLength(64)
                                    .maxDocumentLength(-1)
                                    .build())
                    .build();

    @Override
    public About about() {
        return new About(
                "google-2019-instance-usage",
                "Google cluster data 2019 (v3), instance_usage",
                "memory of instances, in windows of up to 5 minutes",
                "instance",
                Unit.MACHINE,
                true,
                List.of(
                        "used is average_usage.memory, and most maximum_usage.memory, which is"
                                + " missing in part",
                        "size is assigned_memory, the limit of the instance; 0 is taken as not"
                                + " said",
                        "rows of alloc sets are left out: what runs in them has rows of its own"));
    }

    @Override
    public boolean fits(Head head) {
        String line = head.firstLine().strip();
        return line.startsWith("{") && line.contains("\"collection_id\"")
                || isHeading(line.split(",", -1));
    }

    private static boolean isHeading(String[] names) {
        return Arrays.stream(names).anyMatch(name -> Field.of(name) == Field.COLLECTION)
                && Arrays.stream(names).anyMatch(name -> Field.of(name) == Field.START);
    }

    @Override
    public void read(TraceBytes bytes, Consumer<Stretch> sink) throws IOException {
        if (!bytes.nextBytes(1)) {
            return;
        }
        boolean json = bytes.buffer()[bytes.from()] == '{';
        bytes.take(bytes.from());
        if (!json) {
            rows(new Row(bytes), sink);
            return;
        }
        try (JsonParser parser = JSON.createParser(bytes.rest())) {
            objects(parser, sink);
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw new Malformed(
                    "line " + e.getLocation().getLineNr(), String.valueOf(e.getOriginalMessage()));
        }
    }

    private static void rows(Row row, Consumer<Stretch> sink) throws IOException {
        row.next();
        String[] names = row.texts();
        @Nullable Field[] fields = new @Nullable Field[names.length];
        for (int i = 0; i < names.length; i++) {
            fields[i] = Field.of(names[i]);
        }
        InstanceRow instance = new InstanceRow();
        while (row.next()) {
            String place = row.place();
            if (row.columns() != fields.length) {
                throw row.malformed(
                        "it has %d columns, and its heading %d"
                                .formatted(row.columns(), fields.length));
            }
            instance.clear();
            for (int i = 0; i < fields.length; i++) {
                Field field = fields[i];
                if (field != null) {
                    instance.set(field, row.text(i), place);
                }
            }
            instance.end(place, sink);
        }
    }

    private static void objects(JsonParser json, Consumer<Stretch> sink) {
        InstanceRow instance = new InstanceRow();
        for (JsonToken token; (token = json.nextToken()) != null; ) {
            String place = place(json);
            if (token != JsonToken.START_OBJECT) {
                throw new Malformed(place, "it is no JSON object");
            }
            instance.clear();
            fields(json, "", instance);
            instance.end(place, sink);
        }
    }

    /// Takes an object to its end.
    private static void fields(JsonParser json, String path, InstanceRow instance) {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = path + json.currentName();
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_OBJECT && path.isEmpty()) {
                fields(json, name + ".", instance);
            } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                json.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                Field field = Field.of(name);
                if (field != null) {
                    instance.set(field, json.getString(), place(json));
                }
            }
        }
    }

    private static String place(JsonParser json) {
        return "line " + json.currentTokenLocation().getLineNr();
    }
}
