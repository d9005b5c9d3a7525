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

    /// The page; the same for the same files.
    ///
    /// @throws NotAResult if there is no result in the directory
    public static String of(Path directory) {
        ResultFiles files = ResultFiles.in(directory);
        Headline headline = Headline.of(files.document());
        ObjectNode data = JsonMapper.shared().createObjectNode();
        data.set("headline", JsonMapper.shared().valueToTree(headline));
        data.set("result", files.document());
        data.set("samples", files.samples().tree());
        data.set("heat", files.heat().tree());
        return Page.of("Gleaner: " + headline.title(), data);
    }
}
