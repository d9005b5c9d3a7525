package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.gleaner.browser.OpenBrowser;
import org.gleaner.browser.PageRules;
import org.gleaner.browser.Tab;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/// The reports of commands, in a browser. Skipped where Debian's chromium is not installed.
@Tag("long")
final class ReportPageTest {

    private static final long MOST_BYTES = 3_000_000;
    private static final int MOST_MILLIS = 2000;

    /// What each command has written, as it was.
    private static final Map<List<String>, Path> WRITTEN = new HashMap<>();

    @TempDir static Path directory;

    @RegisterExtension static final OpenBrowser browser = new OpenBrowser();

    @Test
    void ofARun() throws IOException {
        Path page = page("run", "run", "--scale", "1/4096");
        assertThat(Files.size(page)).isLessThan(MOST_BYTES);
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.isTrue("document.querySelector('#head a') === null")).isTrue();
            assertThat(tab.text("document.querySelector('.answer').textContent"))
                    .contains("before takes")
                    .contains("times as long as after")
                    .contains("band");
            assertThat(headings(tab))
                    .containsSubsequence(
                            "Comparison",
                            "Where the time goes",
                            "Over time",
                            "Guest memory by age",
                            "Stalls of the guests",
                            "Memory pressure",
                            "Locks",
                            "vmstat",
                            "Configuration");
            tab.prefersDark(true);
            PageRules.everyChartIsDrawn(tab);
        }
        keep(page, "report-run.png", "", 1200);
        keep(page, "report-time.png", "Over time", 1150);
        keep(page, "aging-time.png", "Where the time goes", 600);
        keep(page, "mglru-heat.png", "Guest memory by age", 630);
    }

    /// What is chosen stays chosen, and what is switched off is no longer drawn.
    @Test
    void whatIsClickedChanges() throws IOException {
        Path page = page("clicked", "run", "--scale", "1/4096");
        try (Tab tab = browser.tab()) {
            tab.size(1280, 900);
            tab.open(page);
            String dark = "document.documentElement.dataset.theme";
            tab.evaluate("document.getElementById('theme').click()");
            assertThat(tab.text(dark)).isEqualTo("dark");
            tab.prefersDark(false);
            assertThat(tab.text(dark)).isEqualTo("dark");

            tab.evaluate(
                    """
                    window.figure = [...document.querySelectorAll('figure')].find((each) => each.querySelector('.legend'));
                    window.marks = () => figure.querySelector('svg').innerHTML.length;
                    window.before = marks();
                    figure.querySelector('.legend button').click();
                    """);
            assertThat(tab.isTrue("marks() < before")).isTrue();
            assertThat(tab.text("figure.querySelector('.legend button').ariaPressed"))
                    .isEqualTo("false");

            tab.evaluate("figure.querySelector('summary').click()");
            tab.until("figure.querySelector('details table') !== null");

            tab.evaluate(
                    """
                    window.mode = [...document.querySelectorAll('select')].find((each) => [...each.options].some((one) => one.value === 'difference'));
                    mode.value = 'difference'; mode.dispatchEvent(new Event('change'));
                    document.querySelector('.frame[tabindex="0"]').focus();
                    """);
            assertThat(tab.text("document.activeElement.ariaLabel")).contains("; in after ");
            String root = tab.text("document.activeElement.textContent");
            tab.press("ArrowDown");
            String child = tab.text("document.activeElement.textContent");
            assertThat(child).isNotEqualTo(root).isNotEmpty();
            tab.press("Enter");
            assertThat(tab.text("document.activeElement.textContent")).isEqualTo(child);
            tab.press("Escape");
            assertThat(tab.text("document.activeElement.textContent")).isEqualTo(root);
            assertThat(tab.complaints).isEmpty();
        }
    }

    /// The link is an address beside the page; `check` sees that nothing is asked for.
    @Test
    void linksToItsEvents() throws IOException {
        Path page = page("events", "run", "--scale", "1/4096", "--trace-events");
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.text("document.querySelector('#head a[download]').href"))
                    .isEqualTo(page.resolveSibling("trace.json").toUri().toString());
            assertThat(tab.text("document.querySelector('#head').textContent"))
                    .contains("opens in Perfetto");
        }
    }

    @Test
    void ofReplays() throws IOException {
        Path trace = trace();
        for (String[] how :
                List.of(
                        new String[] {"--memory", "60%,30%", "--through", "kvm"},
                        new String[] {"--memory", "50%", "--compare", "mglru,classic"},
                        new String[] {"--curve", "90%,60%,40%,20%", "--policy", "lru,opt"})) {
            List<String> command = new ArrayList<>(List.of("replay", trace.toString()));
            command.addAll(List.of(how));
            Path page = page("replay" + how[how.length - 1], command.toArray(String[]::new));
            try (Tab tab = browser.tab()) {
                check(tab, page);
                assertThat(tab.text("document.querySelector('.answer').textContent"))
                        .contains("fault");
            }
            if (how[0].equals("--curve")) {
                keep(page, "report-curve.png", "", 900);
            }
        }
    }

    @Test
    void ofAdvice() throws IOException {
        Path host = Files.writeString(directory.resolve("host.yaml"), "host: {memory: 32MiB}\n");
        Path page =
                page(
                        "advice",
                        "advise",
                        "--host",
                        host.toString(),
                        "--slo",
                        "p99 stall < 1ms, major faults < 50/s",
                        "--seeds",
                        "2",
                        "--watch",
                        "10ms",
                        "--warm-up",
                        "20ms",
                        "--knobs",
                        "lru,low",
                        "--vms",
                        trace().toString());
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.text("document.querySelector('.answer').textContent"))
                    .contains("VMs of skewed fit, which touch ")
                    .contains(" times the bound of its ");
            assertThat(headings(tab))
                    .containsExactly(
                            "The cliff", "What would change it", "The VMs", "Configuration");
        }
        keep(page, "report-advice.png", "", 900);
    }

    @Test
    void ofBothLrus() throws IOException {
        Path page = page("both", "replay", "sqlite", "--memory", "50%", "--lru", "mglru,classic");
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(headings(tab)).containsSubsequence("Comparison", "Over time");
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains("oldest generation", "Of the classic LRU: the inactive list below");
        }
        keep(page, "mglru-generations.png", "Over time", 480);
    }

    @Test
    void ofAFinding() throws IOException {
        Path page = page("check", "check", "dirty-zap");
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.text("document.querySelector('.answer').textContent"))
                    .isEqualTo("1 of 1 programs hold; 1 of 1 known bugs found.");
            assertThat(tab.text("document.querySelector('.steps').textContent"))
                    .contains(" \u2192 ")
                    .contains("program: ");
            assertThat(tab.text("document.getElementById('results').textContent"))
                    .contains("gleaner check dirty-zap/dirty-by-store --schedule ");
        }
        keep(page, "report-check.png", "", 1060);
        Path race = page("race", "check", "age-zap");
        check(race);
        keep(race, "aging-race.png", "age-zap with aged-by-store", 970);
    }

    @Test
    void ofValidations() throws IOException {
        String cells = "kernel=6.12,trace=zipf,mode=classic,swap=zram";
        check(page("reclaim", "validate", "reclaim", "--only", cells));
        check(page("timing", "validate", "timing", "--only", "OU1", "--scale", "1/4096"));
    }

    @Test
    void ofSeveralResults() throws IOException {
        Path one = page("one", "run", "--scale", "1/4096").getParent();
        Path two = page("two", "run", "--scale", "1/4096", "--seed", "2").getParent();
        Path page = directory.resolve("both.html");
        Session session = new Session(directory);
        String[] command = {"report", one.toString(), two.toString(), "--out", page.toString()};
        assertThat(session.run(command)).as(session.err()).isZero();
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(headings(tab)).startsWith("Configuration", "Results");
            assertThat(tab.text("document.querySelector('table').textContent"))
                    .contains("scenario.seed");
        }
    }

    /// Names of whoever wrote a scenario or a trace: markup, quotes, no end, from right to left.
    @Test
    void namesAreTexts() throws IOException {
        Path page = page("names", "run", "--scale", "1/4096");
        List<String> names =
                List.of(
                        "<script>window.hacked = 1</script>",
                        "\"'><img src=x onerror=window.hacked=1>",
                        "\u202eרקורד" + "x".repeat(10_000));
        Path result = page.resolveSibling("result.json");
        String json = Files.readString(result);
        List<String> given = List.of("before", "after", "off");
        for (int i = 0; i < given.size(); i++) {
            String quoted = JsonMapper.shared().writeValueAsString(names.get(i));
            json = json.replace("\"" + given.get(i) + "\"", quoted);
        }
        Files.writeString(result, json.replace("\"max-guest-memory\"", "\"</title><h1>{{data}}\""));
        Path samples = page.resolveSibling("samples.csv");
        String rows = Files.readString(samples);
        String quoted = "\"" + names.get(1).replace("\"", "\"\"") + "\"";
        Files.writeString(samples, rows.replace("\nafter,", "\n" + quoted + ","));
        assertThat(new Session(directory).run("report", page.getParent().toString())).isZero();
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.isTrue("window.hacked === undefined")).isTrue();
            assertThat(tab.number("document.querySelectorAll('img, h1 h1, main script').length"))
                    .isZero();
            assertThat(tab.text("document.querySelector('h1').textContent"))
                    .isEqualTo("</title><h1>{{data}}");
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains(names.get(0), names.get(1).substring(0, 25));
        }
    }

    @Test
    void ofAMillionSamples() throws IOException {
        Path page = page("million", "run", "--scale", "1/4096");
        Path samples = page.resolveSibling("samples.csv");
        try (Writer out = Files.newBufferedWriter(samples)) {
            out.write("configuration,group,seconds,phase,nr_free_pages,pgsteal\n");
            for (int i = 0; i < 1_000_000; i++) {
                String at = BigDecimal.valueOf(i, 6).toString();
                out.write("before,host," + at + ",run1," + i % 1000 + "," + i / 2 + "\n");
            }
        }
        assertThat(new Session(directory).run("report", page.getParent().toString())).isZero();
        assertThat(Files.size(page)).isLessThan(MOST_BYTES);
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.text("document.querySelector('main').textContent"))
                    .contains("Of up to 1,000,000 samples of a configuration each chart draws ");
        }
    }

    /// Ten thousand accesses to a thousand pages, some much more often than others.
    private static Path trace() throws IOException {
        ByteBuffer words = ByteBuffer.allocate(4 * 10_000).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (words.hasRemaining()) {
            words.putInt((int) (1000 * Math.pow(random.nextDouble(), 3)));
        }
        return Files.write(directory.resolve("skewed.u32"), words.array());
    }

    /// A picture for the documents, if they are asked for: see `docs/report.md`.
    ///
    /// @param heading of a part, which will be at the top; none for the head of the page
    private static void keep(Path page, String name, String heading, int height)
            throws IOException {
        String place = System.getProperty("gleaner.screenshots");
        if (place == null) {
            return;
        }
        // As a user's, not as a test's.
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String shown =
                Files.readString(page)
                        .replace(Instant.EPOCH.toString(), now)
                        .replace(directory.toString() + "/", "results/");
        Path copy = Files.writeString(directory.resolve("shown.html"), shown);
        try (Tab tab = browser.tab()) {
            tab.size(1280, height);
            tab.open(copy);
            tab.evaluate(
                    "[...document.querySelectorAll('h2, h3')].find((each) => each.textContent === '%s')?.scrollIntoView({behavior: 'instant'})"
                            .formatted(heading));
            Files.write(Path.of(place).resolve(name), tab.png(false));
        }
    }

    /// A page that the command has written, with results that the caller may change.
    private static Path page(String name, String... command) throws IOException {
        Path out = directory.resolve(name);
        Path known = WRITTEN.get(List.of(command));
        if (known == null) {
            write(out, command);
            WRITTEN.put(List.of(command), copy(out, directory.resolve(name + "-as-written")));
        } else {
            copy(known, out);
        }
        return out.resolve("report.html");
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static void write(Path out, String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("-q", "--out", out.toString()));
        Session session = new Session(directory);
        session.standardExecutors = true;
        session.home = Path.of("..").toAbsolutePath().normalize();
        assertThat(session.run(arguments.toArray(String[]::new))).as(session.err()).isZero();
    }

    private static void check(Path page) throws IOException {
        try (Tab tab = browser.tab()) {
            check(tab, page);
        }
    }

    /// What holds of every page.
    private static void check(Tab tab, Path page) throws IOException {
        tab.size(1280, 900);
        tab.open(page);
        assertThat(tab.busyMillis()).as("CPU time until all is drawn").isLessThan(MOST_MILLIS);
        PageRules.everyChartIsDrawn(tab);
        PageRules.hold(tab);
        assertThat(tab.requests).as("network").isEmpty();
    }

    private static List<String> headings(Tab tab) {
        List<String> headings = new ArrayList<>();
        tab.evaluate("[...document.querySelectorAll('h2')].map((each) => each.textContent)")
                .forEach(each -> headings.add(each.asString()));
        return headings;
    }
}
