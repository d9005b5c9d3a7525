package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.browser.OpenBrowser;
import org.gleaner.browser.PageRules;
import org.gleaner.browser.Tab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The pages of `gleaner serve`, in a browser. Skipped where Debian's chromium is not installed.
final class ServePageTest {

    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/\\w+/");

    @TempDir Path directory;

    @RegisterExtension static final OpenBrowser browser = new OpenBrowser();

    private Session session = new Session(Path.of("unset"));
    private Thread server = new Thread();
    private String address = "";

    @BeforeEach
    void serve() throws InterruptedException {
        session = session(directory);
        server = Thread.ofPlatform().start(() -> session.run("serve"));
        address = awaited(session);
    }

    @AfterEach
    void end() throws InterruptedException {
        session.interrupted.set(true);
        server.join();
        assertThat(session.err()).isEmpty();
    }

    private static Session session(Path directory) {
        Session session = new Session(directory);
        session.standardExecutors = true;
        session.home = Path.of("..").toAbsolutePath().normalize();
        return session;
    }

    /// The address that it prints.
    private static String awaited(Session session) throws InterruptedException {
        for (int i = 0; i < 3000; i++) {
            Matcher address = ADDRESS.matcher(session.out() + session.err());
            if (address.find()) {
                return address.group();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("no address: " + session.out() + session.err());
    }

    private Tab open(String path) {
        Tab tab = browser.tab();
        tab.size(1280, 900);
        tab.open(address + path);
        tab.until("document.documentElement?.dataset.ready !== undefined");
        return tab;
    }

    /// The rules of every page, and no question to anybody else.
    private void check(Tab tab) throws IOException {
        PageRules.hold(tab);
        assertThat(tab.requests).as("network").allMatch(each -> each.startsWith(address));
    }

    private static void fill(Tab tab, String label, String value) {
        tab.evaluate(
                """
                (() => {
                  const field = [...document.querySelectorAll('.field')].find((each) => each.querySelector('label')?.textContent === %s);
                  const input = field.querySelector('input, select');
                  input.value = %s;
                  input.dispatchEvent(new Event('input'));
                  input.dispatchEvent(new Event('change'));
                })()
                """
                        .formatted(quoted(label), quoted(value)));
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    private static void click(Tab tab, String text) {
        tab.evaluate(
                "[...document.querySelectorAll('button, a')].find((each) => each.textContent === %s).click()"
                        .formatted(quoted(text)));
    }

    @Test
    void aRunOfAFormIsTheCommandsToTheBit() throws IOException {
        String command;
        try (Tab tab = open("new/neighbours")) {
            check(tab);
            tab.size(1280, 900);
            fill(tab, "--scale", "1/4096");
            fill(tab, "samples", "4");
            fill(tab, "swappiness", "30");
            tab.until("document.querySelector('.launch pre')?.textContent.includes('swappiness')");
            command = tab.text("document.querySelector('.launch pre').textContent");
            click(tab, "Start the run");
            tab.until("location.pathname.endsWith('/runs/1')");
            tab.until("document.querySelector('[role=status] .chip')?.textContent === 'done'");
            check(tab);
            click(tab, "Open the report");
            tab.until("location.pathname.includes('/results/')");
            tab.until("document.documentElement?.dataset.ready !== undefined");
            PageRules.everyChartIsDrawn(tab);
            check(tab);
        }
        assertThat(command)
                .isEqualTo(
                        "gleaner run neighbours --scale=1/4096 --set samples=4 --set host.swappiness=30");
        Session shell = session(directory.resolve("shell"));
        List<String> words = List.of(command.split(" "));
        assertThat(shell.run(words.subList(1, words.size()).toArray(String[]::new))).isZero();
        Path of = Path.of("neighbours-samples=4-host.swappiness=30-1-4096-s1");
        assertThat(undated(directory.resolve("results").resolve(of)))
                .isEqualTo(undated(directory.resolve("shell/results").resolve(of)));
    }

    /// A result without the time at which it was made.
    private static ObjectNode undated(Path result) throws IOException {
        byte[] json = Files.readAllBytes(result.resolve("result.json"));
        ObjectNode document = (ObjectNode) JsonMapper.shared().readTree(json);
        document.remove("date");
        document.remove("wallSeconds");
        return document;
    }

    @Test
    void aRunIsCancelled() throws IOException {
        try (Tab tab = open("new/max-guest-memory")) {
            click(tab, "Start the run");
            tab.until("location.pathname.endsWith('/runs/1')");
            tab.until("document.querySelector('progress') !== null");
            check(tab);
            click(tab, "Cancel");
            tab.until("document.querySelector('[role=status] .chip')?.textContent === 'cancelled'");
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains("gleaner run max-guest-memory");
        }
    }

    @Test
    void whatTheReaderOfScenariosSaysStandsAtTheField() {
        try (Tab tab = open("new/max-guest-memory")) {
            fill(tab, "cpus", "64000");
            tab.until("document.querySelector('[aria-invalid=true]') !== null");
            assertThat(
                            tab.text(
                                    "document.querySelector('[aria-invalid=true]').closest('.field').textContent"))
                    .contains("cpus")
                    .contains("64000 is out of range; give 1 to 1024");
            click(tab, "Start the run");
            tab.until("document.activeElement.getAttribute('aria-invalid') === 'true'");
            assertThat(tab.text("location.pathname")).contains("/new/");
            fill(tab, "cpus", "32");
            fill(tab, "--kernel", "5.15");
            tab.until("document.querySelector('.launch .wrong').textContent.includes('--kernel')");
        }
    }

    @Test
    void listsMayGrowAndShrink() {
        try (Tab tab = open("new/neighbours")) {
            tab.evaluate(
                    "document.querySelectorAll('details').forEach((each) => (each.open = true))");
            click(tab, "Remove classic");
            tab.until(
                    "document.querySelector('.launch pre')?.textContent.includes('configurations=')");
            assertThat(tab.text("document.querySelector('.launch pre').textContent"))
                    .endsWith("--set 'configurations=[{name: mglru, lru: mglru}]'");
            assertThat(tab.text("document.querySelector('.launch .wrong').textContent")).isEmpty();
        }
    }

    @Test
    void resultsAreListedFilteredAndOpened() throws IOException {
        for (int i = 1; i <= 2; i++) {
            assertThat(
                            session(directory)
                                    .run(
                                            "run",
                                            "mmu-stress",
                                            "--scale",
                                            "1/4096",
                                            "--seed",
                                            "" + i,
                                            "-q"))
                    .isZero();
        }
        try (Tab tab = open("")) {
            assertThat(tab.number("document.querySelectorAll('.result').length")).isEqualTo(2);
            check(tab);
            tab.size(1280, 900);
            tab.evaluate(
                    "document.querySelectorAll('.result input').forEach((each) => each.click())");
            assertThat(
                            tab.isTrue(
                                    "[...document.querySelectorAll('button')].some((each) => each.textContent === 'Compare 2' && !each.disabled)"))
                    .isTrue();
            tab.evaluate(
                    "(() => { const filter = document.getElementById('filter'); filter.value = 'no such thing'; filter.dispatchEvent(new Event('input')); })()");
            assertThat(tab.number("document.querySelectorAll('.result').length")).isZero();
            click(tab, "Compare 2");
            tab.until("location.pathname.endsWith('/compare')");
            tab.until("document.documentElement?.dataset.ready !== undefined");
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains("mmu-stress-1-4096-s1")
                    .contains("mmu-stress-1-4096-s2")
                    .doesNotContain(directory.toString());
            check(tab);
            click(tab, "← All results");
            tab.until("document.querySelectorAll('.result').length === 2");
        }
    }

    @Test
    void whatIsInAResultStaysText() throws IOException {
        String hostile = "<script>window.bad=1</script>\"'\u202e" + "x".repeat(10_000);
        ObjectNode document = JsonMapper.shared().createObjectNode();
        document.put("resultFormat", 1).put("complete", true);
        document.put("command", hostile).put("version", hostile);
        document.put("date", hostile);
        document.putObject("scenario").put("kind", hostile).put("name", hostile);
        document.putArray("runs");
        Path result = Files.createDirectories(directory.resolve("results/a'b<i>\"&c"));
        Files.write(result.resolve("result.json"), JsonMapper.shared().writeValueAsBytes(document));
        Files.createDirectories(directory.resolve("results/broken"));
        Files.writeString(directory.resolve("results/broken/result.json"), "{");
        try (Tab tab = open("")) {
            assertThat(tab.number("document.querySelectorAll('.result').length")).isEqualTo(2);
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains("<script>window.bad=1")
                    .contains("a'b<i>\"&c")
                    .contains("cannot be shown");
            assertThat(tab.isTrue("window.bad === undefined")).isTrue();
            check(tab);
            tab.evaluate("document.querySelector('.result a').click()");
            tab.until("location.pathname.includes('/results/')");
            tab.until("document.documentElement?.dataset.ready !== undefined");
            assertThat(tab.isTrue("window.bad === undefined")).isTrue();
            assertThat(tab.complaints).isEmpty();
        }
    }

    @Test
    void aRunIsFollowedLive() throws IOException, InterruptedException {
        Session live = session(directory);
        Thread run =
                Thread.ofPlatform()
                        .start(() -> live.run("run", "mmu-stress", "--scale", "1/1024", "--live"));
        String page = awaited(live);
        try (Tab tab = browser.tab()) {
            tab.size(1280, 900);
            tab.open(page + "runs/1");
            tab.until("document.querySelector('[role=status] .chip')?.textContent === 'done'");
            click(tab, "Open the report");
            tab.until("location.pathname.includes('/results/')");
            tab.until("document.documentElement?.dataset.ready !== undefined");
            assertThat(tab.complaints).isEmpty();
        }
        live.interrupted.set(true);
        run.join();
        assertThat(live.err()).contains("live at http://127.0.0.1:");
        assertThat(live.out()).startsWith("complete: ");
    }
}
