package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.browser.Browser;
import org.gleaner.browser.PageRules;
import org.gleaner.browser.Tab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The reports of commands, in a browser. Skipped where Debian's chromium is not installed.
final class ReportPageTest {

    private static final long MOST_BYTES = 3_000_000;
    private static final int MOST_MILLIS = 2000;

    @TempDir static Path directory;

    private static Browser browser;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        assumeTrue(
                Browser.installed().isPresent(),
                "no chromium: 'apt-get install chromium' for tests of pages");
        browser = Browser.open();
    }

    @AfterAll
    static void close() throws IOException {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void ofARun() throws IOException {
        Path page = page("run", "run", "--scale", "1/4096");
        assertThat(Files.size(page)).isLessThan(MOST_BYTES);
        try (Tab tab = browser.tab()) {
            check(tab, page);
            assertThat(tab.number("Number(document.documentElement.dataset.first)"))
                    .isBetween(0, MOST_MILLIS);
            assertThat(tab.text("document.querySelector('.answer').textContent"))
                    .contains("before takes")
                    .contains("times as long as after")
                    .contains("band");
            assertThat(headings(tab))
                    .containsSubsequence(
                            "Comparison",
                            "Where the time goes",
                            "Stalls of the guests",
                            "Memory pressure",
                            "Locks",
                            "vmstat",
                            "Configuration");
        }
    }

    /// A page that the command has written.
    private static Path page(String name, String... command) {
        Path out = directory.resolve(name);
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("-q", "--out", out.toString()));
        Session session = new Session(directory);
        session.standardExecutors = true;
        session.home = Path.of("..").toAbsolutePath().normalize();
        assertThat(session.run(arguments.toArray(String[]::new))).as(session.err()).isZero();
        return out.resolve("report.html");
    }

    /// What holds of every page.
    private static void check(Tab tab, Path page) throws IOException {
        tab.size(1280, 900);
        tab.open(page);
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
