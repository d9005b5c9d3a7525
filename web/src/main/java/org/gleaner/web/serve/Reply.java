package org.gleaner.web.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gleaner.web.page.Page;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What goes back: always with headers that keep it from being framed, guessed at, kept or told to
/// others.
///
/// @param status of HTTP
/// @param type of the content
/// @param policy of what a browser may do with it
/// @param location where to look instead; null for here
record Reply(int status, String type, String policy, byte[] content, @Nullable String location) {

    private static final String NOTHING = "default-src 'none'; sandbox";
    private static final String TEXT = "text/plain; charset=utf-8";

    static Reply page(Page page) {
        return new Reply(
                200,
                "text/html; charset=utf-8",
                page.policy(),
                page.text().getBytes(StandardCharsets.UTF_8),
                null);
    }

    static Reply json(int status, Object value) {
        return new Reply(
                status,
                "application/json",
                NOTHING,
                JsonMapper.shared().writeValueAsBytes(value),
                null);
    }

    static Reply text(int status, String line) {
        byte[] content = (status + ": " + line + "\n").getBytes(StandardCharsets.UTF_8);
        return new Reply(status, TEXT, NOTHING, content, null);
    }

    static Reply elsewhere(String location) {
        return new Reply(303, TEXT, NOTHING, new byte[0], location);
    }

    /// A file as it is, for a reader and not for a browser: markup in it is a text.
    static Reply file(Path file) throws IOException {
        String type = file.toString().endsWith(".json") ? "application/json" : TEXT;
        return new Reply(200, type, NOTHING, Files.readAllBytes(file), null);
    }

    void send(HttpExchange exchange) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Content-Security-Policy", policy + "; frame-ancestors 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cache-Control", "no-store");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cross-Origin-Opener-Policy", "same-origin");
        if (location != null) {
            headers.set("Location", location);
        }
        if (status == 405) {
            headers.set("Allow", "GET, POST");
        }
        boolean bare = content.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bare ? -1 : content.length);
        if (!bare) {
            // Before the rest of a request is read that was refused half read.
            exchange.getResponseBody().write(content);
            exchange.getResponseBody().flush();
        }
    }
}
