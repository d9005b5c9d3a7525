package org.gleaner.web.page;

import java.nio.file.Path;
import org.gleaner.web.result.Headline;
import org.gleaner.web.result.NotAResult;
import org.gleaner.web.result.ResultFiles;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `report.html` of one directory of results.
public final class ReportPage {

    /// What it is called in the directory.
    public static final String FILE = "report.html";

    private ReportPage() {}

    /// The page for the directory itself; the same for the same files.
    ///
    /// @throws NotAResult if there is no result in the directory
    public static String of(Path directory) {
        return page(directory, "", true).text();
    }

    /// The same for any other place, where the files are not beside it.
    ///
    /// @throws NotAResult if there is no result in the directory
    public static String elsewhere(Path directory) {
        return page(directory, "", false).text();
    }

    /// The same on a server, with a way back.
    ///
    /// @param home the address of the page that lists results
    /// @throws NotAResult if there is no result in the directory
    public static Page served(Path directory, String home) {
        return page(directory, home, true);
    }

    private static Page page(Path directory, String home, boolean beside) {
        ResultFiles files = ResultFiles.in(directory);
        Headline headline = Headline.of(files.document());
        ObjectNode data = JsonMapper.shared().createObjectNode();
        data.set("headline", JsonMapper.shared().valueToTree(headline));
        data.set("result", files.document());
        data.set("samples", files.samples().tree());
        data.set("heat", files.heat().tree());
        if (beside && files.events()) {
            data.put("events", ResultFiles.EVENTS);
        }
        if (!home.isEmpty()) {
            data.put("home", home);
        }
        return Page.of("Gleaner: " + headline.title(), data);
    }
}
