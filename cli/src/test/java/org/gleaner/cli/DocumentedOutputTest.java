package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// That what documents say is really compared.
final class DocumentedOutputTest {

    private static final List<String> PRINTED =
            List.of("complete: 1 of 1", "", "pgscan  1,234", "pgsteal  12", "seconds  2.70", "end");

    private static DocumentedOutput said(String... lines) {
        return new DocumentedOutput(List.of(lines));
    }

    @Test
    void whatIsPrintedIsSaid() {
        assertThat(
                        said("complete: 1 of 1", "pgscan  1,234", "...", "seconds  9.99", "end")
                                .differs(PRINTED))
                .isEmpty();
        assertThat(said("...", "pgsteal  12", "...").differs(PRINTED)).isEmpty();
    }

    @Test
    void anotherDigitAnotherLineAndAnUnmarkedGapAreNoticed() {
        assertThat(said("...", "pgsteal  13", "...").differs(PRINTED)).isPresent();
        assertThat(said("complete: 1 of 1", "pgsteal  12", "...").differs(PRINTED)).isPresent();
        assertThat(said("complete: 1 of 1").differs(PRINTED)).isPresent();
        assertThat(said("pgscan  1,234", "...").differs(PRINTED)).isPresent();
        assertThat(said("...", "end", "more").differs(PRINTED)).isPresent();
    }

    @Test
    void ofASmallerRunTheWordsAreCompared() {
        assertThat(said("pgscan  99", "...", "end").differsInForm(PRINTED)).isEmpty();
        assertThat(said("pgscan  99", "pgrefill 1").differsInForm(PRINTED)).isPresent();
        assertThat(said("end", "pgscan  99").differsInForm(PRINTED)).isPresent();
    }

    @Test
    void ofASmallerRunAListOfSharesMayFoldElsewhere() {
        List<String> folded =
                List.of(
                        "after  5 % raw_lock, 3 % test_clear_young, 2 %",
                        "        raw_spin", "end");
        assertThat(said("after  9 % a_b, 8 % c_d, 7 % e_f", "end").differsInForm(folded)).isEmpty();
        assertThat(said("after  9 % a_b, 8 % c_d", "end").differsInForm(folded)).isPresent();
    }

    @Test
    void commandsAreFoundWhereverTheyStand() {
        List<String> document =
                List.of(
                        "Try `gleaner run",
                        "mmu-stress` or `GLEANER_JAVA_OPTS=-Xmx1g ./gleaner replay x`, not `mvn`.",
                        "",
                        "```sh",
                        "xzcat a | ./gleaner replay - --memory 50% -q   # a comment",
                        "```",
                        "",
                        "```",
                        "accesses 1",
                        "```",
                        "",
                        "    gleaner check age-zap");
        assertThat(DocumentedCommand.in("d.md", document))
                .extracting(each -> each.line() + " " + String.join(" ", each.words()))
                .containsExactly(
                        "1 run mmu-stress",
                        "2 replay x",
                        "5 replay - --memory 50% -q",
                        "12 check age-zap");
        assertThat(DocumentedCommand.in("d.md", document).get(2).output())
                .containsExactly("accesses 1");
    }
}
