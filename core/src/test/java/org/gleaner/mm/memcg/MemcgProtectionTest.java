package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `memory.min` and `memory.low` are worth, level by level.
final class MemcgProtectionTest {
    private final Folios folios = new Folios(PageSize.KIB_4, 1, 13 * 8);
    private final Memcg root = child(0, null);

    private Memcg child(int id, Memcg parent) {
        Lruvec above = parent == null ? null : parent.lruvec();
        return new Memcg(
                id, parent, new Lruvec(folios, true, KernelVersion.V6_12, above, new VmStat(4)), 1);
    }

    /// A cgroup that uses, and asks for `min` and `low` pages.
    private Memcg child(int id, Memcg parent, long used, long min, long low) {
        Memcg memcg = child(id, parent);
        memcg.setMin(min);
        memcg.setLow(low);
        OneCpu.run(cpu -> cpu.fetchAdd(memcg.usage(), used));
        return memcg;
    }

    private static void calculate(Memcg top, Memcg... memcgs) {
        for (Memcg memcg : memcgs) {
            MemcgProtection.calculate(top, memcg);
        }
    }

    @Test
    void rightBelowTheTopACgroupHasWhatItAsksFor() {
        Memcg a = child(1, root, 100, 40, 300);
        Memcg b = child(2, root, 100, 100, 0);
        calculate(root, a, b);
        assertThat(MemcgProtection.minPages(root, a)).isEqualTo(40);
        assertThat(MemcgProtection.lowPages(root, a)).isEqualTo(300);
        assertThat(MemcgProtection.isBelowMin(root, a)).isFalse();
        assertThat(MemcgProtection.isBelowLow(root, a)).isTrue();
        assertThat(MemcgProtection.isBelowMin(root, b)).as("at its minimum").isTrue();
        assertThat(MemcgProtection.isBelowLow(root, b)).isFalse();
    }

    @Test
    void nothingProtectsTheTopFromItsOwnReclaimNorTheRoot() {
        Memcg a = child(1, root, 100, 1_000, 1_000);
        calculate(root, root, a);
        assertThat(MemcgProtection.isBelowMin(root, a)).isTrue();
        assertThat(MemcgProtection.isBelowMin(a, a)).isFalse();
        assertThat(MemcgProtection.lowPages(a, a)).isZero();
        assertThat(MemcgProtection.isBelowLow(root, root)).isFalse();
    }

    @Test
    void whatSiblingsClaimTooMuchIsSharedByWhatTheyUseUnderIt() {
        Memcg parent = child(1, root, 900, 0, 300);
        Memcg a = child(2, parent, 600, 0, 400);
        Memcg b = child(3, parent, 200, 0, 1_000);
        Memcg c = child(4, parent, 100, 0, 0);
        calculate(root, parent, a, b, c);
        // claims: 400, and 200 of 1,000, of which 300 are granted
        assertThat(MemcgProtection.lowPages(root, a)).isEqualTo(400 * 300 / 600);
        assertThat(MemcgProtection.lowPages(root, b)).isEqualTo(200 * 300 / 600);
        assertThat(MemcgProtection.lowPages(root, c)).isZero();
    }

    @Test
    void whereTheParentGrantsEnoughEachHasWhatItUsesOfIt() {
        Memcg parent = child(1, root, 900, 700, 0);
        Memcg a = child(2, parent, 600, 400, 0);
        Memcg b = child(3, parent, 200, 1_000, 0);
        calculate(root, parent, a, b);
        assertThat(MemcgProtection.minPages(root, a)).isEqualTo(400);
        assertThat(MemcgProtection.minPages(root, b)).isEqualTo(200);
        assertThat(MemcgProtection.isBelowMin(root, b)).isTrue();
    }

    @Test
    void aParentWithoutProtectionHasNoneToGive() {
        Memcg parent = child(1, root, 900, 0, 0);
        Memcg a = child(2, parent, 600, 400, 400);
        calculate(root, parent, a);
        assertThat(MemcgProtection.minPages(root, a)).isZero();
        calculate(parent, a);
        assertThat(MemcgProtection.minPages(parent, a)).as("seen from the parent").isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        // size, used, protected, scanned
        "4096, 4096, 0, 4096",
        "4096, 4096, 2048, 2049",
        "4096, 4096, 1024, 3073",
        "4096, 4095, 4096, 32",
        "4096, 2000, 9223372036854775807, 32",
        "10, 4096, 1, 32",
    })
    void aListIsScannedByHowFarTheCgroupIsAboveItsProtection(
            long size, long used, long spared, long scanned) {
        assertThat(MemcgProtection.scanSize(size, used, spared)).isEqualTo(scanned);
    }
}
