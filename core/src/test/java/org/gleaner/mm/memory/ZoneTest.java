package org.gleaner.mm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.gleaner.machine.Actor;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ZoneTest {
    private static final int BLOCK = PageSize.KIB_4.hugePages();
    private static final Watermarks MARKS = new Watermarks(4, 6, 8);

    @Test
    void freshFramesAreHandedOutInAscendingOrder() {
        OneCpu.run(cpu -> {
            Zone zone = new Zone(new Folios(PageSize.KIB_4, 100, 0), 0, MARKS, 1, 7, false);
            for (int frame = 0; frame < 50; frame++) {
                assertThat(zone.allocate(cpu, 0)).isEqualTo(frame);
            }
        });
    }

    /// A block is there while all of its frames are free, wherever single frames come and go.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void blocksAreWholeAgainOnceTheirFramesAreBack(long seed) {
        System.out.println("seed " + seed);
        OneCpu.run(cpu -> {
            int frames = 4 * BLOCK + 100;
            Zone zone = new Zone(new Folios(PageSize.KIB_4, frames, 0), 0, MARKS, 1, 8, true);
            Random random = new Random(seed);
            List<Integer> singles = new ArrayList<>();
            Deque<Integer> blocks = new ArrayDeque<>();
            BitSet used = new BitSet();
            for (int turn = 0; turn < 40_000; turn++) {
                int what = random.nextInt(100);
                if (what == 0) {
                    int first = zone.allocateBlock(cpu, 0);
                    if (first >= 0) {
                        assertThat(first % BLOCK).isZero();
                        assertThat(used.get(first, first + BLOCK).isEmpty()).isTrue();
                        used.set(first, first + BLOCK);
                        blocks.add(first);
                    }
                } else if (what == 1 && !blocks.isEmpty()) {
                    int first = blocks.remove();
                    used.clear(first, first + BLOCK);
                    zone.releaseBlock(cpu, first);
                } else if (random.nextInt(100) < (turn / 5_000 % 2 == 0 ? 60 : 30)) {
                    int frame = zone.allocate(cpu, 0);
                    if (frame >= 0) {
                        assertThat(used.get(frame)).isFalse();
                        used.set(frame);
                        singles.add(frame);
                    }
                } else if (!singles.isEmpty()) {
                    int frame = singles.remove(random.nextInt(singles.size()));
                    used.clear(frame);
                    zone.release(cpu, frame);
                }
            }
            singles.forEach(frame -> zone.release(cpu, frame));
            blocks.forEach(first -> zone.releaseBlock(cpu, first));
            zone.drainLocal(cpu);
            for (int i = 0; i < 4; i++) {
                assertThat(zone.allocateBlock(cpu, 0)).isNotNegative();
            }
            assertThat(zone.allocateBlock(cpu, 0)).isNegative();
            assertThat(zone.free(cpu)).isEqualTo(100);
        });
    }

    @Test
    void nothingIsHandedOutAtOrBelowTheMark() {
        OneCpu.run(cpu -> {
            Zone zone = new Zone(new Folios(PageSize.KIB_4, 20, 0), 0, MARKS, 1, 5, false);
            int got = 0;
            while (zone.allocate(cpu, 6) >= 0) {
                got++;
            }
            // the third refill of 5 leaves 5, and what it brought is out of reach
            assertThat(got).isEqualTo(11);
            assertThat(zone.free(cpu)).isEqualTo(5);
            zone.drainLocal(cpu);
            assertThat(zone.free(cpu)).isEqualTo(9);
        });
    }

    @Test
    void releasedFramesComeBackLastInFirstOut() {
        OneCpu.run(cpu -> {
            Zone zone = new Zone(new Folios(PageSize.KIB_4, 20, 0), 0, MARKS, 1, 5, false);
            int first = zone.allocate(cpu, 0);
            int second = zone.allocate(cpu, 0);
            zone.release(cpu, first);
            zone.release(cpu, second);
            assertThat(zone.allocate(cpu, 0)).isEqualTo(second);
            assertThat(zone.allocate(cpu, 0)).isEqualTo(first);
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noFrameIsHandedOutTwiceNorLost(long seed) {
        System.out.println("seed " + seed);
        int frames = 500;
        int cpus = 4;
        Zone zone = new Zone(new Folios(PageSize.KIB_4, frames, 0), 0, MARKS, cpus, 8, false);
        BitSet used = new BitSet();
        Actor[] bodies = new Actor[cpus];
        for (int i = 0; i < cpus; i++) {
            Random random = new Random(seed * 31 + i);
            bodies[i] =
                    cpu -> {
                        List<Integer> mine = new ArrayList<>();
                        for (int turn = 0; turn < 5_000; turn++) {
                            cpu.chargeNanos(random.nextInt(50));
                            if (random.nextInt(100) < 55) {
                                int frame = zone.allocate(cpu, 0);
                                if (frame >= 0) {
                                    assertThat(used.get(frame)).isFalse();
                                    used.set(frame);
                                    mine.add(frame);
                                }
                            } else if (!mine.isEmpty()) {
                                int frame = mine.remove(random.nextInt(mine.size()));
                                used.clear(frame);
                                zone.release(cpu, frame);
                            }
                        }
                    };
        }
        OneCpu.run(bodies);
        BitSet free = new BitSet();
        zone.forEachFree(frame -> {
            assertThat(free.get(frame)).isFalse();
            free.set(frame);
        });
        assertThat(free.intersects(used)).isFalse();
        assertThat(free.cardinality() + used.cardinality()).isEqualTo(frames);
    }
}
