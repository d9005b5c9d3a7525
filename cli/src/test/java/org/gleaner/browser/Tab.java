package org.gleaner.browser;

import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One page in a [Browser], by the DevTools protocol: what it shows, what it says on its console,
/// and what it asks the network for.
public final class Tab implements AutoCloseable {

    private static final int SECONDS = 60;
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /// Errors and warnings of the console, and exceptions that nobody caught.
    public final List<String> complaints = Collections.synchronizedList(new ArrayList<>());

    /// Addresses that were asked for, other than the page's own and data in it.
    public final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final WebSocket socket;
    private final String session;
    private final String target;
    private volatile String own = "";

    Tab(Function<WebSocket.Listener, WebSocket> connect) {
        socket = connect.apply(new Listener());
        target =
                call(null, "Target.createTarget", Map.of("url", "about:blank"))
                        .path("targetId")
                        .asString();
        session =
                call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .path("sessionId")
                        .asString();
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            call(domain + ".enable", Map.of());
        }
        call("Performance.enable", Map.of("timeDomain", "threadTicks"));
    }

    /// Opens a page, and waits until it says that all is drawn.
    public void open(Path page) {
        open(page.toUri().toString());
        until("document.documentElement.dataset.ready !== undefined");
    }

    /// Opens an address.
    public void open(String address) {
        own = address;
        call("Page.navigate", Map.of("url", address));
        until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    public void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    public void prefersDark(boolean dark) {
        Map<String, String> feature =
                Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", Map.of("features", List.of(feature)));
    }

    /// CPU time that the page's own thread has spent on scripts, layout and painting, in
    /// milliseconds. Unlike time by the clock it does not hang on what else the machine does.
    public long busyMillis() {
        for (JsonNode each : call("Performance.getMetrics", Map.of()).path("metrics")) {
            if (each.path("name").asString().equals("TaskDuration")) {
                return Math.round(each.path("value").asDouble() * 1000);
            }
        }
        throw new IllegalStateException("no TaskDuration");
    }

    /// The value of an expression, which may be a promise.
    public JsonNode evaluate(String expression) {
        JsonNode result =
                call(
                        "Runtime.evaluate",
                        Map.of(
                                "expression",
                                expression,
                                "returnByValue",
                                true,
                                "awaitPromise",
                                true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(result.path("exceptionDetails").toString());
        }
        return result.path("result").path("value");
    }

    public String text(String expression) {
        return evaluate(expression).asString("");
    }

    public boolean isTrue(String expression) {
        return evaluate(expression).asBoolean(false);
    }

    public int number(String expression) {
        return evaluate(expression).asInt(-1);
    }

    /// Waits until an expression is true.
    public void until(String expression) {
        for (long end = System.nanoTime() + SECONDS * 1_000_000_000L; System.nanoTime() < end; ) {
            if (isTrue(expression)) {
                return;
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        throw new IllegalStateException("never true: " + expression + "; " + complaints);
    }

    /// Presses a key that is no letter, as a hand would.
    ///
    /// @param name such as `Tab` or `ArrowDown`
    public void press(String name) {
        int code =
                switch (name) {
                    case "Tab" -> 9;
                    case "Enter" -> 13;
                    case "Escape" -> 27;
                    case " " -> 32;
                    case "ArrowLeft" -> 37;
                    case "ArrowUp" -> 38;
                    case "ArrowRight" -> 39;
                    case "ArrowDown" -> 40;
                    default -> throw new IllegalArgumentException(name);
                };
        String text = name.equals("Enter") ? "\r" : name.equals(" ") ? " " : "";
        Map<String, Object> key =
                Map.of("key", name, "code", name, "windowsVirtualKeyCode", code, "text", text);
        call(
                "Input.dispatchKeyEvent",
                with(key, "type", text.isEmpty() ? "rawKeyDown" : "keyDown"));
        call("Input.dispatchKeyEvent", with(key, "type", "keyUp"));
    }

    private static Map<String, Object> with(Map<String, Object> all, String name, Object value) {
        Map<String, Object> more = new HashMap<>(all);
        more.put(name, value);
        return more;
    }

    /// A picture of the window, or of the whole page.
    public byte[] png(boolean whole) {
        Map<String, Object> how = Map.of("format", "png", "captureBeyondViewport", whole);
        if (whole) {
            JsonNode size = call("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
            Map<String, Object> clip =
                    Map.of(
                            "x",
                            0,
                            "y",
                            0,
                            "width",
                            size.path("width").asDouble(),
                            "height",
                            size.path("height").asDouble(),
                            "scale",
                            1);
            how = with(how, "clip", clip);
        }
        return bytes(call("Page.captureScreenshot", how));
    }

    private static byte[] bytes(JsonNode answer) {
        return Base64.getDecoder().decode(answer.path("data").asString());
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return call(session, method, parameters);
    }

    private JsonNode call(@Nullable String session, String method, Map<String, ?> parameters) {
        int number = numbers.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(number, answer);
        Map<String, Object> message = new HashMap<>();
        message.put("id", number);
        message.put("method", method);
        message.put("params", parameters);
        if (session != null) {
            message.put("sessionId", session);
        }
        socket.sendText(MAPPER.writeValueAsString(message), true).join();
        try {
            JsonNode got = answer.get(SECONDS, TimeUnit.SECONDS);
            if (got.has("error")) {
                throw new IllegalStateException(method + ": " + got.path("error"));
            }
            return got.path("result");
        } catch (Exception e) {
            throw new IllegalStateException(method + " was not answered", e);
        }
    }

    private void event(JsonNode event) {
        JsonNode about = event.path("params");
        switch (event.path("method").asString("")) {
            case "Runtime.exceptionThrown" ->
                    complaints.add(about.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert").contains(about.path("type").asString())) {
                    complaints.add(about.path("args").toString());
                }
            }
            case "Log.entryAdded" -> {
                if (!about.path("entry").path("level").asString().equals("verbose")) {
                    complaints.add(about.path("entry").path("text").asString());
                }
            }
            case "Network.requestWillBeSent" -> {
                String url = about.path("request").path("url").asString();
                if (!url.equals(own) && !url.startsWith("data:")) {
                    requests.add(url);
                }
            }
            default -> {
                // Nobody asked.
            }
        }
    }

    @Override
    public void close() {
        call(null, "Target.closeTarget", Map.of("targetId", target));
        socket.abort();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                JsonNode message = MAPPER.readTree(text.toString());
                text.setLength(0);
                CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(0));
                if (answer != null) {
                    answer.complete(message);
                } else {
                    event(message);
                }
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
