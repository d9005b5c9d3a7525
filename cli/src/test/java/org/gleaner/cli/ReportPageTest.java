package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.browser.Browser;
import org.gleaner.browser.Tab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

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
        everyChartIsDrawn(tab);
        everyControlIsReachedByKeyboard(tab);
        isAccessible(tab);
        tab.prefersDark(true);
        isAccessible(tab);
        tab.prefersDark(false);
        tab.size(400, 800);
        tab.until("document.documentElement.scrollWidth <= 400");
        assertThat(tab.complaints).as("console").isEmpty();
        assertThat(tab.requests).as("network").isEmpty();
    }

    private static void everyChartIsDrawn(Tab tab) {
        int plots = tab.number("document.querySelectorAll('.plot').length");
        for (int i = 0; i < plots; i++) {
            assertThat(colours(tab.picture(".plot", i)))
                    .as("colours of plot %d", i)
                    .hasSizeGreaterThan(2);
        }
    }

    private static Set<Integer> colours(BufferedImage picture) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < picture.getHeight(); y += 2) {
            for (int x = 0; x < picture.getWidth(); x += 2) {
                colours.add(picture.getRGB(x, y));
            }
        }
        return colours;
    }

    /// Tab comes to every control; within a call tree one frame is a stop and arrows go on.
    private static void everyControlIsReachedByKeyboard(Tab tab) {
        tab.evaluate(
                """
                window.reached = new Set();
                document.addEventListener('focusin', (event) => window.reached.add(event.target));
                document.activeElement.blur();
                """);
        int controls =
                tab.number(
                        """
                        (window.wanted = [...document.querySelectorAll('a[href], button, select, input, summary')]
                            .filter((each) => each.tabIndex >= 0 && each.checkVisibility())).length
                        """);
        for (int i = 0; i < 3 * controls + 100; i++) {
            tab.press("Tab");
            if (i % 20 == 0
                    && tab.isTrue("window.wanted.every((each) => window.reached.has(each))")) {
                break;
            }
        }
        assertThat(
                        tab.text(
                                "window.wanted.filter((each) => !window.reached.has(each)).map((each) => each.outerHTML.slice(0, 100)).join('\\n')"))
                .as("controls that Tab does not reach")
                .isEmpty();
    }

    private static void isAccessible(Tab tab) throws IOException {
        if (!tab.isTrue("window.axe !== undefined")) {
            try (InputStream in = ReportPageTest.class.getResourceAsStream("/axe.min.js")) {
                tab.evaluate(
                        new String(in.readAllBytes(), StandardCharsets.UTF_8) + "\n;undefined");
            }
        }
        JsonNode faults =
                tab.evaluate(
                        """
                        axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations
                            .filter((each) => ['serious', 'critical'].includes(each.impact))
                            .map((each) => each.id + ': ' + each.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')))
                        """);
        assertThat(faults).as("faults of accessibility").isEmpty();
    }

    private static List<String> headings(Tab tab) {
        List<String> headings = new ArrayList<>();
        tab.evaluate("[...document.querySelectorAll('h2')].map((each) => each.textContent)")
                .forEach(each -> headings.add(each.asString()));
        return headings;
    }
}
