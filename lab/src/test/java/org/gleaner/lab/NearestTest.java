package org.gleaner.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestTest {

    private static final List<String> KNOWN = List.of("vcpus", "memory", "slotSize", "pageCluster");

    @Test
    void findsSlips() {
        assertThat(Nearest.to("vcpu", KNOWN)).contains("vcpus");
        assertThat(Nearest.to("memroy", KNOWN)).contains("memory");
        assertThat(Nearest.to("slot-size", KNOWN)).contains("slotSize");
        assertThat(Nearest.to("page_cluster", KNOWN)).contains("pageCluster");
    }

    @Test
    void doesNotGuessWildly() {
        assertThat(Nearest.to("backing", KNOWN)).isEmpty();
        assertThat(Nearest.to("x", KNOWN)).isEmpty();
        assertThat(Nearest.to("", KNOWN)).isEmpty();
        assertThat(Nearest.to("a", List.of())).isEmpty();
    }

    @Test
    void mendNamesTheNearestOrAll() {
        assertThat(Nearest.mend("vcpu", KNOWN)).isEqualTo("did you mean 'vcpus'?");
        assertThat(Nearest.mend("colour", KNOWN))
                .isEqualTo("known: vcpus, memory, slotSize, pageCluster");
    }

    @Test
    void badInputIsAlwaysOneLine() {
        BadInput bad = new BadInput("a\nb", "what\r\u2028\u001b[31m", "m\te\0nd");
        assertThat(bad).hasMessage("a b: what   [31m; m e nd");
        assertThat(new BadInput("", "x".repeat(1000), "y").getMessage())
                .contains("xxx...xxx")
                .endsWith("; y")
                .hasSizeLessThan(403);
        assertThat(bad.at("there").getMessage()).startsWith("there: what");
    }
}
