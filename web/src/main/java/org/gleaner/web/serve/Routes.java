package org.gleaner.web.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.web.page.DifferencePage;
import org.gleaner.web.page.ReportPage;
import org.gleaner.web.result.NotAResult;
import org.jspecify.annotations.Nullable;

/// What there is to ask for, behind the [Gate].
///
/// | Request | Reply |
/// |---|---|
/// | `GET` (nothing) | results, runs, and what can be run |
/// | `GET new/SCENARIO` | the form of a scenario |
/// | `GET runs/N` | a run |
/// | `GET results/NAME/`, `GET results/NAME/FILE` | the report of a result, a file of it |
/// | `GET compare?with=NAME&with=NAME` | the comparison of results |
/// | `GET api/state`, `GET api/runs/N` | the same for scripts of these pages |
/// | `POST api/check`, `POST api/runs` | a form, to be looked at and to be run |
/// | `POST api/runs/N/cancel` | an end to it |
final class Routes {

    private static final int MOST_COMPARED = 20;

    private final String base;
    private final ResultList results;
    private final LiveRuns runs;
    private final @Nullable Launcher launcher;
    private final ServedPages pages;

    /// @param base the path of all that is served, with the token
    /// @param launcher null if nothing can be started
    Routes(String base, ResultList results, LiveRuns runs, @Nullable Launcher launcher) {
        this.base = base;
        this.results = results;
        this.runs = runs;
        this.launcher = launcher;
        this.pages = new ServedPages(base, results);
    }

    /// @param path behind the token
    /// @throws Denied if there is nothing to answer
    Reply answer(HttpExchange exchange, List<String> path) throws IOException {
        try {
            boolean post = exchange.getRequestMethod().equals("POST");
            return post ? change(exchange, path) : look(exchange, path);
        } catch (NotAResult bad) {
            throw new Denied(422, "this result " + bad.what());
        }
    }

    private Reply look(HttpExchange exchange, List<String> path) throws IOException {
        if (path.isEmpty()) {
            return Reply.elsewhere(base);
        }
        return switch (path.getFirst()) {
            case "" -> home();
            case "new" -> form(only(path));
            case "runs" -> run(only(path));
            case "results" -> result(path);
            case "compare" -> compare(exchange);
            case "api" -> state(path);
            default -> throw Denied.notHere();
        };
    }

    /// What follows the first part, if that is one.
    private static String only(List<String> path) {
        if (path.size() != 2) {
            throw Denied.notHere();
        }
        return path.get(1);
    }

    private Reply home() {
        List<Launcher.Offer> offers = launcher == null ? List.of() : launcher.offers();
        return Reply.page(pages.home(now(), offers));
    }

    private ServedPages.Now now() {
        return new ServedPages.Now(
                results.page(), runs.all().stream().map(each -> each.seen(results)).toList());
    }

    private Reply form(String scenario) {
        Launcher known = launcher();
        offered(known, scenario);
        return Reply.page(pages.form(scenario, known.form(scenario)));
    }

    private Reply run(String id) {
        return Reply.page(pages.run(runs.get(id).seen(results)));
    }

    private Reply result(List<String> path) throws IOException {
        if (path.size() < 2 || path.size() > 3) {
            throw Denied.notHere();
        }
        Path directory = results.of(path.get(1));
        if (path.size() < 3) {
            return Reply.elsewhere(base + "results/" + ServedPages.encoded(path.get(1)) + "/");
        }
        String file = path.get(2);
        return file.isEmpty() || file.equals(ReportPage.FILE)
                ? Reply.page(ReportPage.served(directory, base))
                : Reply.file(results.file(path.get(1), file));
    }

    private Reply compare(HttpExchange exchange) {
        String query = exchange.getRequestURI().getRawQuery();
        List<Path> compared = new ArrayList<>();
        for (String part : query == null ? new String[0] : query.split("&")) {
            if (!part.startsWith("with=") || compared.size() >= MOST_COMPARED) {
                throw Denied.notHere();
            }
            String name = URLDecoder.decode(part.substring(5), StandardCharsets.UTF_8);
            Path result = results.of(name);
            if (!compared.contains(result)) {
                compared.add(result);
            }
        }
        if (compared.size() < 2) {
            throw new Denied(400, "name two results or more");
        }
        return Reply.page(DifferencePage.served(compared, base));
    }

    private Reply state(List<String> path) {
        if (path.size() == 3 && path.get(1).equals("runs")) {
            return Reply.json(200, runs.get(path.get(2)).seen(results));
        }
        if (path.size() == 2 && path.get(1).equals("state")) {
            return Reply.json(200, now());
        }
        throw Denied.notHere();
    }

    private Reply change(HttpExchange exchange, List<String> path) throws IOException {
        if (path.size() < 2 || !path.getFirst().equals("api")) {
            throw Denied.notHere();
        }
        byte[] body = Gate.body(exchange);
        if (path.size() == 4 && path.get(1).equals("runs") && path.get(3).equals("cancel")) {
            LiveRun run = runs.get(path.get(2));
            run.cancel();
            return Reply.json(200, run.seen(results));
        }
        return switch (only(path)) {
            case "check" -> Reply.json(200, prepared(FilledForm.of(body)));
            case "runs" -> start(FilledForm.of(body));
            default -> throw Denied.notHere();
        };
    }

    private Reply start(FilledForm form) {
        Launcher known = launcher();
        Launcher.Prepared prepared = prepared(form);
        if (!prepared.faults().isEmpty()) {
            return Reply.json(422, prepared);
        }
        LiveRun run = runs.start(prepared.command(), each -> known.run(form, each));
        return Reply.json(201, Map.of("id", run.id(), "page", base + "runs/" + run.id()));
    }

    private Launcher.Prepared prepared(FilledForm form) {
        Launcher known = launcher();
        offered(known, form.scenario());
        return known.prepare(form);
    }

    private Launcher launcher() {
        if (launcher == null) {
            throw Denied.notHere();
        }
        return launcher;
    }

    /// A name that is not offered could be that of any file.
    private static void offered(Launcher launcher, String scenario) {
        if (launcher.offers().stream().noneMatch(each -> each.name().equals(scenario))) {
            throw Denied.notHere();
        }
    }
}
