package org.gleaner.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BadInputTest {

    private static final String LONG = "x".repeat(5000);

    @Test
    void isOneLineOfPlaceFaultAndMend() {
        assertThat(new BadInput("a\nb", "is bad", "mend it")).hasMessage("a b: is bad; mend it");
        assertThat(new BadInput("", "is bad", "mend it")).hasMessage("is bad; mend it");
    }

    @Test
    void aLongNameLeavesTheFaultAndTheMend() {
        assertThat(new BadInput("--set " + LONG, "is bad", "mend it").getMessage())
                .startsWith("--set xxx")
                .endsWith("xxx: is bad; mend it")
                .hasSizeLessThan(150);
        assertThat(new BadInput("a", "'" + LONG + "' is unknown", "mend it").getMessage())
                .startsWith("a: 'xxx")
                .endsWith("xxx' is unknown; mend it")
                .hasSizeLessThan(250);
        assertThat(new BadInput(LONG, LONG, LONG).getMessage()).hasSizeLessThan(640);
    }
}
