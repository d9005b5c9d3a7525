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

/// A page as one file: the skeleton with style, scripts and data in their places.
///
/// Data are JSON in a block that no browser executes, and what could end the block is escaped. The
/// page may load nothing, and run nothing but the two scripts whose hashes its policy names; so a
/// name in a result stays a text whatever is in it.
final class Page {

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
                    "difference",
                    "main");

    private Page() {}

    /// @param title as the browser shows it
    /// @param data for the scripts
    static String of(String title, JsonNode data) {
        String charts = resource(ECHARTS);
        String own = own();
        String policy =
                "default-src 'none'; script-src %s %s; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
                        .formatted(hash(charts), hash(own));
        StringBuilder page = new StringBuilder(charts.length() + 500_000);
        for (String part : part("page.html").split("(?=\\{\\{)|(?<=\\}\\})")) {
            page.append(
                    switch (part) {
                        case "{{policy}}" -> policy;
                        case "{{title}}" -> text(title);
                        case "{{style}}" -> part("style.css");
                        case "{{data}}" -> json(data);
                        case "{{charts}}" -> charts;
                        case "{{script}}" -> own;
                        default -> part;
                    });
        }
        return page.toString();
    }

    private static String own() {
        return SCRIPTS.stream()
                .map(name -> part(name + ".js"))
                .collect(Collectors.joining("\n", "(() => {\n\"use strict\";\n", "\n})();\n"));
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

    private static String part(String name) {
        return resource("/org/gleaner/web/page/" + name);
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
