package org.gleaner.web.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who may ask. Everything that comes in passes here before anything else looks at it.
///
/// The server listens on the loopback address alone, which keeps other machines out but not pages
/// of other sites in the user's own browser, nor other users of this machine. So a request must
/// name this server as its host (a name that somebody made to point here is another), must come
/// from a page of this server if it changes anything, and must know the token. The token is the
/// first part of the path and not a cookie: a browser sends cookies of a host to all its ports.
final class Gate {

    /// What a request may bring with it.
    static final int MOST_BYTES = 64 << 10;

    private static final Set<String> METHODS = Set.of("GET", "POST");

    private final Token token;
    private final Set<String> hosts;

    Gate(Token token, int port) {
        this.token = token;
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port);
    }

    /// The parts of the path behind the token, decoded; the last is empty if it ends in `/`.
    ///
    /// @throws Denied if it may not be answered
    List<String> pass(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        String host = only(headers, "Host");
        if (host == null || !hosts.contains(host)) {
            throw new Denied(403, "this server answers only to its own address");
        }
        if (!METHODS.contains(exchange.getRequestMethod())) {
            throw new Denied(405, "only GET and POST are answered");
        }
        List<String> path = path(exchange.getRequestURI().getRawPath());
        if (path.isEmpty() || !token.is(path.getFirst())) {
            throw new Denied(403, "this needs the whole address that gleaner printed");
        }
        origin(exchange, host);
        return path.subList(1, path.size());
    }

    private static void origin(HttpExchange exchange, String host) {
        Headers headers = exchange.getRequestHeaders();
        String origin = only(headers, "Origin");
        boolean changes = exchange.getRequestMethod().equals("POST");
        if (origin == null
                ? changes || headers.containsKey("Origin")
                : !origin.equals("http://" + host)) {
            throw new Denied(403, "only pages of this server may ask for that");
        }
        String type = only(headers, "Content-Type");
        if (changes && (type == null || !type.startsWith("application/json"))) {
            throw new Denied(415, "send application/json");
        }
    }

    /// The value of a header; null unless it is there once.
    private static @Nullable String only(Headers headers, String name) {
        List<String> values = headers.get(name);
        return values != null && values.size() == 1 ? values.getFirst() : null;
    }

    private static List<String> path(@Nullable String raw) {
        List<String> parts = new ArrayList<>();
        if (raw == null || !raw.startsWith("/")) {
            return parts;
        }
        String[] all = raw.substring(1).split("/", -1);
        for (int i = 0; i < all.length; i++) {
            parts.add(part(all[i], i == all.length - 1));
        }
        return parts;
    }

    /// One name, which leads nowhere else.
    private static String part(String raw, boolean last) {
        String name;
        try {
            name = URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Denied(400, "this is no address");
        }
        boolean leads = name.equals(".") || name.equals("..") || name.isEmpty() && !last;
        if (leads || name.chars().anyMatch(c -> c == '/' || c == '\\' || c < ' ')) {
            throw Denied.notHere();
        }
        return name;
    }

    /// What a request brings with it.
    ///
    /// @throws Denied if that is more than [#MOST_BYTES]
    static byte[] body(HttpExchange exchange) throws IOException {
        String length = only(exchange.getRequestHeaders(), "Content-Length");
        if (length != null
                && (!length.matches("\\d{1,9}") || Integer.parseInt(length) > MOST_BYTES)) {
            throw tooLong();
        }
        InputStream in = exchange.getRequestBody();
        byte[] body = in.readNBytes(MOST_BYTES + 1);
        if (body.length > MOST_BYTES) {
            throw tooLong();
        }
        return body;
    }

    private static Denied tooLong() {
        return new Denied(413, "a request may have " + MOST_BYTES + " bytes at most");
    }
}
