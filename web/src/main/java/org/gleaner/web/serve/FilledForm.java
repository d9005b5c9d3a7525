package org.gleaner.web.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a form asks to be run.
///
/// @param scenario one of those that are offered
/// @param options of the command by their names with dashes; `true` for one without a value
/// @param settings of the scenario by their keys with dots, in the order in which they are laid
///     over each other
public record FilledForm(
        String scenario, Map<String, String> options, Map<String, String> settings) {

    public FilledForm {
        options = new LinkedHashMap<>(options);
        settings = new LinkedHashMap<>(settings);
    }

    /// As a page sends it.
    ///
    /// @throws Denied if it is not of that form
    static FilledForm of(byte[] json) {
        try {
            JsonNode tree = JsonMapper.shared().readTree(json);
            if (!tree.path("scenario").isString()) {
                throw malformed();
            }
            return new FilledForm(
                    tree.path("scenario").asString(),
                    texts(tree.path("options")),
                    texts(tree.path("settings")));
        } catch (JacksonException e) {
            throw malformed();
        }
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!object.isObject()) {
            throw malformed();
        }
        object.forEachEntry((name, value) -> {
            if (!value.isString()) {
                throw malformed();
            }
            texts.put(name, value.asString());
        });
        return texts;
    }

    private static Denied malformed() {
        return new Denied(400, "this is not what a form sends");
    }
}
