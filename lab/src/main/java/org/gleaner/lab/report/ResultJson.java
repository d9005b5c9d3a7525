package org.gleaner.lab.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Result;
import org.gleaner.lab.run.Seeded;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Results as JSON: fields in the order of the records' components, those without a value left out.
///
/// A document is always one object. It begins with what is missing from it and where it comes from
/// ([Completeness], [Provenance]); then come the fields of the result. Which fields these are hangs
/// on what was asked alone, never on how far it got.
public final class ResultJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder()
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .changeDefaultPropertyInclusion(_ ->
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .build();

    /// Of documents: grows when a field goes or changes its meaning, not when one comes.
    private static final int FORMAT = 1;

    private static final ObjectWriter WRITER = MAPPER.writerWithDefaultPrettyPrinter();

    private ResultJson() {}

    /// One document, without a line end.
    ///
    /// @param asked how many results were asked for: the fields of one are the document's own,
    ///     several are a list `results`
    /// @param results that there are, at most `asked`
    /// @param more fields of the document's own, before those
    public static String document(
            Completeness completeness,
            Provenance provenance,
            int asked,
            List<? extends Result> results,
            Map<String, Object> more) {
        ObjectNode document = head(completeness, provenance);
        add(document, MAPPER.valueToTree(more));
        List<ObjectNode> trees = results.stream().map(ResultJson::tree).toList();
        if (asked == 1) {
            trees.forEach(each -> add(document, each));
        } else {
            document.set("results", MAPPER.valueToTree(trees));
        }
        return WRITER.writeValueAsString(document);
    }

    /// The same of one record that is no result of a run.
    public static String document(Completeness completeness, Provenance provenance, Record fields) {
        ObjectNode document = head(completeness, provenance);
        add(document, MAPPER.valueToTree(fields));
        return WRITER.writeValueAsString(document);
    }

    /// What every document begins with.
    private static ObjectNode head(Completeness completeness, Provenance provenance) {
        ObjectNode document = MAPPER.createObjectNode();
        document.put("resultFormat", FORMAT);
        add(document, MAPPER.valueToTree(completeness));
        add(document, MAPPER.valueToTree(provenance));
        return document;
    }

    private static ObjectNode tree(Result result) {
        if (!(result instanceof Seeded<?> seeded)) {
            return MAPPER.valueToTree(result);
        }
        ObjectNode tree = MAPPER.createObjectNode();
        if (seeded.name() != null) {
            tree.put("name", seeded.name());
        }
        List<ObjectNode> bySeed = seeded.bySeed().stream().map(ResultJson::tree).toList();
        add(
                tree,
                seeded.asked() == 1
                        ? bySeed.getFirst()
                        : SeededJson.of(MAPPER, seeded.seeds(), bySeed, seeded.failures()));
        return tree;
    }

    private static void add(ObjectNode document, ObjectNode fields) {
        fields.forEachEntry(document::putIfAbsent);
    }

    /// A string, with its quotes.
    static String quoted(String text) {
        return MAPPER.writeValueAsString(text);
    }

    /// One document of a record that is no result, without a line end.
    public static String of(Record record) {
        return WRITER.writeValueAsString(record);
    }
}
