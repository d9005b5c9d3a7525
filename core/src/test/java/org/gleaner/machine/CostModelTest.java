package org.gleaner.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CostModelTest {
    @ParameterizedTest
    @ValueSource(strings = {"x86-server", "arm64-n1"})
    void everyConstantHasAValueAndATaggedSource(String name) throws IOException {
        CostModel model = CostModel.named(name);
        for (Cost cost : Cost.values()) {
            assertThat(model.ticks(cost)).as(cost.name()).isNotNegative();
        }
        List<String> lines;
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                CostModel.class.getResourceAsStream(name + ".costs"),
                                StandardCharsets.UTF_8))) {
            lines = reader.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
        }
        assertThat(lines).hasSize(Cost.values().length);
        assertThat(lines)
                .allMatch(l ->
                        l.matches(
                                "[A-Z0-9_]+ +[0-9.]+ +(ns|us|ms|%) +([0-9.]+-[0-9.]+ +)?# \\[[VDMG]] .+"));
    }

    @Test
    void valuesAreKeptInSixteenthsOfANanosecond() {
        CostModel x86 = CostModel.named("x86-server");
        assertThat(x86.ticks(Cost.LINE_XFER_SAME)).isEqualTo(48 * 16);
        assertThat(x86.ticks(Cost.SPTE_SCAN)).isEqualTo(Math.round(13.7 * 16));
    }

    @Test
    void anErrorNamesTheLineAndTheMend() {
        assertThatThrownBy(() -> CostModel.named("vax"))
                .hasMessageContaining("known: x86-server, x86-zen2, arm64-n1");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns"))
                .hasMessageContaining("line 1: expected 'NAME value unit range # source'");
        assertThatThrownBy(() -> parse("\nLINE_LOKAL 6 ns # [G] x"))
                .hasMessageContaining("line 2: unknown constant LINE_LOKAL");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 s # [G] x"))
                .hasMessageContaining("unknown unit s");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW six ns # [G] x"))
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns # [G] x"))
                .hasMessageContaining("missing constant LINE_XFER_NEAR");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW -6 ns # [G] x"))
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns # [G] x\nLINE_LOCAL_RMW 7 ns # [G] x"))
                .hasMessageContaining("line 2: LINE_LOCAL_RMW stands twice");
    }

    @Test
    void aRangeIsReadOrIsThirtyPercent() {
        CostModel x86 = CostModel.named("x86-server");
        assertThat(x86.range(Cost.VMEXIT)).isEqualTo(new CostRange(400 * 16, 900 * 16, true));
        assertThat(x86.range(Cost.SPTE_TABLE_ALLOC))
                .isEqualTo(new CostRange(490 * 16, 910 * 16, false));
        for (Cost cost : Cost.values()) {
            assertThat(x86.range(cost).contains(x86.ticks(cost))).as(cost.name()).isTrue();
        }
    }

    @Test
    void aBadRangeIsNamed() {
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns 7-8 # [G] x"))
                .hasMessageContaining("line 1: LINE_LOCAL_RMW is 6, outside its range 7-8");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns 8-4 # [G] x"))
                .hasMessageContaining("line 1: range 8-4 does not go up");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns 6 # [G] x"))
                .hasMessageContaining("line 1: no range: 6; give one such as 450-900");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns 4-x # [G] x"))
                .hasMessageContaining("line 1: not a number: x");
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns 4-8 9 # [G] x"))
                .hasMessageContaining("line 1: expected");
    }

    @Test
    void aModelWithAnotherValueLeavesTheOldOneAlone() {
        CostModel x86 = CostModel.named("x86-server");
        CostModel moved = x86.with(Map.of(Cost.VMEXIT, 5L));
        assertThat(moved.ticks(Cost.VMEXIT)).isEqualTo(5);
        assertThat(moved.ticks(Cost.WAKE)).isEqualTo(x86.ticks(Cost.WAKE));
        assertThat(x86.ticks(Cost.VMEXIT)).isNotEqualTo(5);
        assertThat(moved.range(Cost.VMEXIT)).isEqualTo(x86.range(Cost.VMEXIT));
    }

    @Test
    void aFileMayBeLikeAnotherButForSomeConstants() {
        CostModel zen2 = CostModel.named("x86-zen2");
        CostModel x86 = CostModel.named("x86-server");
        assertThat(zen2.ticks(Cost.LINE_XFER_SAME)).isEqualTo(107 * 16);
        assertThat(zen2.range(Cost.LINE_XFER_SAME))
                .isEqualTo(new CostRange(90 * 16, 115 * 16, true));
        assertThat(zen2.ticks(Cost.VMEXIT)).isEqualTo(x86.ticks(Cost.VMEXIT));
        assertThat(zen2.range(Cost.VMEXIT)).isEqualTo(x86.range(Cost.VMEXIT));
    }

    @Test
    void whatAFileIsLikeStandsFirst() {
        assertThatThrownBy(() -> parse("LINE_LOCAL_RMW 6 ns # [G] x\nlike x86-server"))
                .hasMessageContaining("line 2: 'like' comes first, and once");
        assertThatThrownBy(() -> parse("like vax")).hasMessageContaining("named 'vax'");
    }

    private static CostModel parse(String text) {
        return CostModel.parse(
                "test", name -> name.equals("test") ? text : CostModel.bundled(name));
    }
}
