package org.gleaner.web.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// A page as one file: the head of all pages and a body, with style, scripts and data in their
/// places.
///
/// Data are JSON in a block that no browser executes, and what could end the block is escaped. The
/// page may load nothing, and run nothing but the scripts whose hashes its policy names; so a name
/// in a result stays a text whatever is in it.
///
/// @param text HTML
/// @param policy what it may load, run and ask for, as its head says too
public record Page(String text, String policy) {

    private static final String ROOM = "/org/gleaner/web/page/";
    private static final String ECHARTS =
            "/META-INF/resources/_static/echarts/6.0.0/dist/echarts.min.js";

    /// Each may use those before it.
    private static final List<String> SCRIPTS =
            List.of(
                    "format",
                    "dom",
                    "theme",
                    "table",
                    "chart",
                    "flame",
                    "comparison",
                    "course",
                    "heat",
                    "stalls",
                    "counters",
                    "setting",
                    "run",
                    "replay",
                    "check",
                    "validate",
                    "advice",
                    "difference",
                    "main");

    /// What a page is made of.
    ///
    /// @param room where its own parts are, as a path of resources that ends in `/`
    /// @param body a file there: what stands below the head, which all pages have
    /// @param styles files there or among the report's, later ones over earlier ones
    /// @param scripts likewise, without `.js`; each may use those before it
    /// @param charts whether it draws any
    /// @param asks whether its scripts ask the server that it came from
    public record Parts(
            String room,
            String body,
            List<String> styles,
            List<String> scripts,
            boolean charts,
            boolean asks) {

        public Parts {
            styles = List.copyOf(styles);
            scripts = List.copyOf(scripts);
        }

        private String part(String name) {
            return resource(
                    Page.class.getResource(room + name) == null ? ROOM + name : room + name);
        }

        private String all(List<String> names, String ending) {
            return names.stream()
                    .map(name -> part(name + ending))
                    .collect(Collectors.joining("\n"));
        }
    }

    private static final Parts REPORT =
            new Parts(ROOM, "page.html", List.of("style"), SCRIPTS, true, false);

    /// The page of a report.
    ///
    /// @param title as the browser shows it
    /// @param data for the scripts
    static Page of(String title, JsonNode data) {
        return of(REPORT, title, data);
    }

    /// A page of parts.
    ///
    /// @param title as the browser shows it
    /// @param data for the scripts
    public static Page of(Parts parts, String title, JsonNode data) {
        String charts = parts.charts() ? resource(ECHARTS) : "";
        String own =
                "(() => {\n\"use strict\";\n" + parts.all(parts.scripts(), ".js") + "\n})();\n";
        String policy =
                "default-src 'none'; script-src %s%s; style-src 'unsafe-inline'; img-src data:;%s base-uri 'none'; form-action 'none'"
                        .formatted(
                                parts.charts() ? hash(charts) + " " : "",
                                hash(own),
                                parts.asks() ? " connect-src 'self';" : "");
        StringBuilder page = new StringBuilder(charts.length() + 500_000);
        String skeleton = resource(ROOM + "head.html") + parts.part(parts.body());
        for (String part : skeleton.split("(?=\\{\\{)|(?<=\\}\\})")) {
            page.append(
                    switch (part) {
                        case "{{policy}}" -> policy;
                        case "{{title}}" -> text(title);
                        case "{{style}}" -> parts.all(parts.styles(), ".css");
                        case "{{data}}" -> json(data);
                        case "{{charts}}" -> charts;
                        case "{{script}}" -> own;
                        default -> part;
                    });
        }
        return new Page(page.toString(), policy);
    }

    /// JSON with the same meaning, in which no markup and no line end of old scripts occurs.
    static String json(JsonNode data) {
        return data.toString()
                .replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private static String text(String plain) {
        return plain.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String hash(String script) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(script.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String path) {
        try (InputStream in = Page.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no " + path + " in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
