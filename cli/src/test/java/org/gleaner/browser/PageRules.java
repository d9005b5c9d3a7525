package org.gleaner.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import tools.jackson.databind.JsonNode;

/// What holds of every page.
public final class PageRules {

    private static final int PICTURES = 5;

    private PageRules() {}

    /// Of the page that is open: all by keyboard, nothing that a screen reader stumbles over, light
    /// and dark, narrow, and nothing on the console.
    public static void hold(Tab tab) throws IOException {
        everyControlIsReachedByKeyboard(tab);
        isAccessible(tab);
        tab.prefersDark(true);
        isAccessible(tab);
        tab.prefersDark(false);
        tab.size(400, 800);
        tab.until("document.documentElement.scrollWidth <= 400");
        assertThat(tab.complaints).as("console").isEmpty();
    }

    /// A busy machine may take a picture before the browser has painted, so there are some.
    public static void everyChartIsDrawn(Tab tab) throws IOException {
        List<Integer> blank = List.of();
        for (int i = 0; i < PICTURES; i++) {
            blank = blankCharts(tab);
            if (blank.isEmpty()) {
                break;
            }
        }
        assertThat(blank).as("charts that are not drawn").isEmpty();
    }

    private static List<Integer> blankCharts(Tab tab) throws IOException {
        JsonNode boxes =
                tab.evaluate(
                        """
                        [...document.querySelectorAll('.plot')].map((each) => each.getBoundingClientRect())
                            .map((box) => [box.x + scrollX, box.y + scrollY, box.width, box.height].map(Math.floor))
                        """);
        BufferedImage page = ImageIO.read(new ByteArrayInputStream(tab.png(true)));
        List<Integer> blank = new ArrayList<>();
        for (int i = 0; i < boxes.size(); i++) {
            JsonNode box = boxes.path(i);
            BufferedImage plot =
                    page.getSubimage(
                            box.path(0).asInt(),
                            box.path(1).asInt(),
                            box.path(2).asInt(),
                            box.path(3).asInt());
            if (colours(plot).size() <= 2) {
                blank.add(i);
            }
        }
        return blank;
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
                            .filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility())).length
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
            try (InputStream in = PageRules.class.getResourceAsStream("/axe.min.js")) {
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
}
