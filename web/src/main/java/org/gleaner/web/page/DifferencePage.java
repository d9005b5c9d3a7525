package org.gleaner.web.page;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.web.result.Differences;
import org.gleaner.web.result.NotAResult;
import org.gleaner.web.result.ResultFiles;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What is not the same in several directories of results, as a page.
public final class DifferencePage {

    private DifferencePage() {}

    /// @param directories two or more, each once
    /// @throws NotAResult if there is no result in one
    public static String of(List<Path> directories) {
        Map<String, ObjectNode> documents = new LinkedHashMap<>();
        for (Path directory : directories) {
            documents.put(directory.toString(), ResultFiles.document(directory));
        }
        Differences differences = Differences.of(documents);
        ObjectNode data = JsonMapper.shared().createObjectNode();
        data.set("headline", JsonMapper.shared().valueToTree(differences.headline()));
        data.set("difference", JsonMapper.shared().valueToTree(differences));
        return Page.of("Gleaner: comparison", data);
    }
}
