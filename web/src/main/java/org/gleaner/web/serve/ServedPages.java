package org.gleaner.web.serve;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gleaner.web.page.Page;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The server's own pages: one body and one script, which shows what the data are.
final class ServedPages {

    private static final Page.Parts PARTS =
            new Page.Parts(
                    "/org/gleaner/web/serve/",
                    "serve.html",
                    List.of("style", "serve"),
                    List.of(
                            "format", "dom", "theme", "table", "setting", "data", "ask", "live",
                            "home", "form", "serve"),
                    false,
                    true);

    /// What the first page shows.
    record Now(ResultList.Page results, List<LiveRun.Seen> runs) {}

    private final String base;
    private final ResultList results;

    ServedPages(String base, ResultList results) {
        this.base = base;
        this.results = results;
    }

    Page home(Now now, List<Launcher.Offer> offers) {
        ObjectNode data = data("home");
        data.put("directory", results.directory().toString());
        data.set("now", JsonMapper.shared().valueToTree(now));
        data.set("offers", JsonMapper.shared().valueToTree(offers));
        return Page.of(PARTS, "Gleaner: results", data);
    }

    Page form(String scenario, JsonNode form) {
        ObjectNode data = data("form");
        data.put("scenario", scenario);
        data.set("form", form);
        return Page.of(PARTS, "Gleaner: run " + scenario, data);
    }

    Page run(LiveRun.Seen run) {
        ObjectNode data = data("run");
        data.set("run", JsonMapper.shared().valueToTree(run));
        return Page.of(PARTS, "Gleaner: run " + run.id(), data);
    }

    private ObjectNode data(String view) {
        return JsonMapper.shared().createObjectNode().put("view", view).put("base", base);
    }

    /// A name as a part of an address.
    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
