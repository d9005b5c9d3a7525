package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Tables fit a terminal.
final class TextTableTest {

    @Test
    void aNarrowTableIsOnePiece() {
        assertThat(new TextTable(1, "name", "a", "b").row("x", 1, 22).toString())
                .isEqualTo("name  a   b\nx     1  22\n");
    }

    @Test
    void aWideOneGoesOnBelowWithItsFirstColumns() {
        String[] heading =
                IntStream.range(0, 12).mapToObj(i -> "column-" + i).toArray(String[]::new);
        Object[] row = IntStream.range(0, 12).mapToObj(i -> "v" + i).toArray();
        TextTable table = new TextTable(2, heading).row(row);
        assertThat(table.fits()).isFalse();
        assertThat(table.toString().lines()).allMatch(line -> line.length() <= 80);
        assertThat(table.toString().lines().filter(line -> line.startsWith("column-0  column-1  ")))
                .hasSize(2);
        assertThat(table.toString().split("\\s+"))
                .contains(heading)
                .contains("v0", "v7", "v8", "v11");
    }

    @Test
    void exactlyATerminal() {
        TextTable table = new TextTable(1, "a", "x".repeat(77)).row("b", "c");
        assertThat(table.fits()).isTrue();
        assertThat(table.toString().lines()).hasSize(2).first().asString().hasSize(80);
        assertThat(new TextTable(1, "a", "x".repeat(78)).row("b", "c").fits()).isFalse();
    }

    @Test
    void firstColumnsThatLeaveNoRoomAreNotAllRepeated() {
        TextTable table =
                new TextTable(2, "name", "y".repeat(60), "z".repeat(30)).row("n", "m", "k");
        assertThat(table.toString().lines().skip(3).findFirst())
                .hasValue("name  " + "z".repeat(30));
    }

    @Test
    void aShortRowStaysShort() {
        assertThat(new TextTable(1, "name", "a", "b").row("x").toString())
                .isEqualTo("name  a  b\nx\n");
    }

    @Test
    void sentencesInTheLastColumnGoOnInIt() {
        String sentence = "word ".repeat(20).strip();
        TextTable table = new TextTable(2, "name", "what").row("x", sentence).row("y", "short");
        assertThat(table.toString())
                .isEqualTo(
                        "name  what\nx     "
                                + "word ".repeat(15).strip()
                                + "\n      "
                                + "word ".repeat(5).strip()
                                + "\ny     short\n");
    }
}
