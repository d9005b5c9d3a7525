package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.memory.Zone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What zram has and what the zone has are the same together, whatever happens.
final class ZramMemoryTest {
    private static final int FRAMES = 3_000;
    private static final int ZRAM = 1_000;

    private static Zone zone(boolean blocks) {
        return new Zone(
                new Folios(PageSize.KIB_4, FRAMES, 0), ZRAM, new Watermarks(4, 6, 8), 1, 8, blocks);
    }

    private static long free(Zone zone) {
        List<Integer> all = new ArrayList<>();
        zone.forEachFree(all::add);
        assertThat(all).doesNotHaveDuplicates();
        return all.size();
    }

    @Test
    void asLongAsNobodyHasGoneItKeepsAll() {
        OneCpu.run(cpu -> {
            Zone zone = zone(false);
            ZramMemory memory = new ZramMemory(zone, FRAMES - ZRAM, ZRAM);
            for (long slots : new long[] {0, 2_000, 5_000, 100}) {
                memory.fit(cpu, slots);
                assertThat(memory.held()).isEqualTo(ZRAM);
                assertThat(free(zone)).isEqualTo(FRAMES - ZRAM);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void afterThatItHasWhatItsSlotsFill(boolean blocks) {
        OneCpu.run(cpu -> {
            Zone zone = zone(blocks);
            ZramMemory memory = new ZramMemory(zone, FRAMES - ZRAM, ZRAM);
            memory.lowerNeed(cpu, 200);
            memory.lowerNeed(cpu, 300);
            for (long[] each :
                    new long[][] {
                        {5_000, ZRAM},
                        {1_315, 500},
                        {0, 200},
                        {526, 200},
                        {1_000, 381},
                        {9_999, ZRAM}
                    }) {
                memory.fit(cpu, each[0]);
                assertThat(memory.held()).isEqualTo(each[1]);
                assertThat(free(zone)).isEqualTo(FRAMES - each[1]);
            }
        });
    }

    @Test
    void whereTheZoneHasNothingItGetsWhatThereIs() {
        OneCpu.run(cpu -> {
            Zone zone = zone(false);
            ZramMemory memory = new ZramMemory(zone, FRAMES - ZRAM, ZRAM);
            memory.lowerNeed(cpu, 0);
            memory.fit(cpu, 0);
            List<Integer> taken = new ArrayList<>();
            for (int frame = zone.allocate(cpu, 0); frame >= 0; frame = zone.allocate(cpu, 0)) {
                taken.add(frame);
            }
            memory.fit(cpu, 263);
            assertThat(memory.held() + free(zone) + taken.size()).isEqualTo(FRAMES);
            assertThat(memory.held()).isLessThan(100);
            taken.forEach(frame -> zone.release(cpu, frame));
            memory.fit(cpu, 263);
            assertThat(memory.held()).isEqualTo(100);
        });
    }
}
