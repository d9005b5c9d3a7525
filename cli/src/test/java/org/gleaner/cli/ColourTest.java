package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Colour on a terminal, for who wants it, and nowhere else.
final class ColourTest {

    @Test
    void notUnderNoColorAndNotOnADumbTerminal() {
        assertThat(Colour.isWanted(Map.of("TERM", "xterm"))).isTrue();
        assertThat(Colour.isWanted(Map.of("TERM", "xterm", "NO_COLOR", ""))).isTrue();
        assertThat(Colour.isWanted(Map.of("TERM", "xterm", "NO_COLOR", "1"))).isFalse();
        assertThat(Colour.isWanted(Map.of("TERM", "dumb"))).isFalse();
        assertThat(Colour.isWanted(Map.of())).isFalse();
    }

    @Test
    void whatIsThereWhatFailedAndWhatIsNext() {
        assertThat(Colour.of("complete: 1 of 1 runs\nFAILED: a\n  long $1 one\nrest\nnext: it\n"))
                .isEqualTo(
                        "\u001b[32mcomplete: 1 of 1 runs\u001b[0m\n"
                                + "\u001b[1;31mFAILED: a\n  long $1 one\u001b[0m\nrest\n"
                                + "\u001b[2mnext: it\u001b[0m\n");
        assertThat(Colour.of("x complete: y\n{\"complete\": true}\n")).doesNotContain("\u001b");
    }

    @Test
    void standardOutputHasItOnlyIfOpenedSo() {
        assertThat(printed(true)).contains("\u001b[32mcomplete: 1 of 1");
        assertThat(printed(false)).isEqualTo("complete: 1 of 1" + System.lineSeparator());
    }

    private static String printed(boolean coloured) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardOutput.over(bytes, coloured).println("complete: 1 of 1");
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
