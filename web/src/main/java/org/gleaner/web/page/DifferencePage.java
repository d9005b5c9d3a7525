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
        Map<String, Path> named = new LinkedHashMap<>();
        directories.forEach(each -> named.put(each.toString(), each));
        return page(named, "").text();
    }

    /// The same on a server, where a directory is known by its name, with a way back.
    ///
    /// @param home the address of the page that lists results
    /// @throws NotAResult if there is no result in one
    public static Page served(List<Path> directories, String home) {
        Map<String, Path> named = new LinkedHashMap<>();
        directories.forEach(each -> named.put(each.getFileName().toString(), each));
        return page(named, home);
    }

    private static Page page(Map<String, Path> directories, String home) {
        Map<String, ObjectNode> documents = new LinkedHashMap<>();
        directories.forEach((name, each) -> documents.put(name, ResultFiles.document(each)));
        Differences differences = Differences.of(documents);
        ObjectNode data = JsonMapper.shared().createObjectNode();
        data.set("headline", JsonMapper.shared().valueToTree(differences.headline()));
        data.set("difference", JsonMapper.shared().valueToTree(differences));
        if (!home.isEmpty()) {
            data.put("home", home);
        }
        return Page.of("Gleaner: comparison", data);
    }
}
