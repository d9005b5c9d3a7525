package org.gleaner.mm.folio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.gleaner.machine.LockDep;
import org.gleaner.mm.OneCpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The folio table: packed state, counts, and lists against a model.
final class FoliosTest {
    private static final int FRAMES = 50;
    private static final int LISTS = 4;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void listsBehaveAsDequesDo(long seed) {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Folios folios = new Folios(PageSize.KIB_4, FRAMES, LISTS);
        List<Deque<Integer>> model = new ArrayList<>();
        int[] where = new int[FRAMES];
        java.util.Arrays.fill(where, -1);
        for (int i = 0; i < LISTS; i++) {
            assertThat(folios.lists.newList()).isEqualTo(FRAMES + i);
            model.add(new ArrayDeque<>());
        }
        for (int turn = 0; turn < 20_000; turn++) {
            int pfn = random.nextInt(FRAMES);
            int list = random.nextInt(LISTS);
            boolean head = random.nextBoolean();
            if (where[pfn] < 0) {
                if (head) {
                    folios.lists.addHead(FRAMES + list, pfn);
                } else {
                    folios.lists.addTail(FRAMES + list, pfn);
                }
            } else if (random.nextInt(3) == 0) {
                folios.lists.unlink(pfn);
                model.get(where[pfn]).remove(pfn);
                where[pfn] = -1;
                continue;
            } else {
                model.get(where[pfn]).remove(pfn);
                if (head) {
                    folios.lists.moveToHead(FRAMES + list, pfn);
                } else {
                    folios.lists.moveToTail(FRAMES + list, pfn);
                }
            }
            where[pfn] = list;
            if (head) {
                model.get(list).addFirst(pfn);
            } else {
                model.get(list).addLast(pfn);
            }
            assertThat(oldestFirst(folios, FRAMES + list))
                    .containsExactlyElementsOf(model.get(list).reversed());
        }
        for (int list = 0; list < LISTS; list++) {
            assertThat(folios.lists.count(FRAMES + list)).isEqualTo(model.get(list).size());
            assertThat(folios.lists.isEmpty(FRAMES + list)).isEqualTo(model.get(list).isEmpty());
        }
    }

    private static List<Integer> oldestFirst(Folios folios, int list) {
        List<Integer> all = new ArrayList<>();
        for (int pfn = folios.lists.tail(list); pfn >= 0; pfn = folios.lists.newer(list, pfn)) {
            all.add(pfn);
        }
        return all;
    }

    @Test
    void thereIsNoRoomForMoreListsThanStated() {
        Folios folios = new Folios(PageSize.KIB_4, 1, 1);
        folios.lists.newList();
        assertThatThrownBy(folios.lists::newList).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void fieldsOfTheStateDoNotTouchEachOther() {
        long everything = -1L;
        assertThat(FolioLayout.refcount(everything & ~FolioLayout.REF_MASK)).isZero();
        assertThat(FolioLayout.refcount(7 * FolioLayout.ONE_REF)).isEqualTo(7);
        assertThat(FolioLayout.mapcount(0xffffL << FolioLayout.MAP_SHIFT)).isEqualTo(0xffff);
        assertThat(FolioLayout.mapcount(5 * FolioLayout.ONE_MAP)).isEqualTo(5);
        assertThat(FolioLayout.memcg(255L << FolioLayout.MEMCG_SHIFT)).isEqualTo(255);
        assertThat(FolioLayout.gen(0)).isEqualTo(-1);
        assertThat(FolioLayout.gen(4L << FolioLayout.GEN_SHIFT)).isEqualTo(3);
        long fields =
                FolioLayout.GEN_MASK
                        | FolioLayout.REFS_MASK
                        | FolioLayout.MEMCG_MASK
                        | FolioLayout.REF_MASK
                        | 0xffffL << FolioLayout.MAP_SHIFT;
        assertThat(fields & 0xffff).isZero();
        assertThat(Long.bitCount(fields)).isEqualTo(3 + 2 + 8 + 19 + 16);
    }

    @Test
    void referencesArePinnedUntilTheLastIsDropped() {
        OneCpu.run(cpu -> {
            Folios folios = new Folios(PageSize.KIB_4, 4, 0);
            assertThat(folios.tryGet(cpu, 1)).isFalse();
            folios.init(cpu, 1, FolioLayout.ONE_REF | FolioLayout.DIRTY);
            assertThat(folios.tryGet(cpu, 1)).isTrue();
            assertThat(folios.refFreeze(cpu, 1, 1)).isFalse();
            assertThat(folios.refFreeze(cpu, 1, 2)).isTrue();
            assertThat(folios.tryGet(cpu, 1)).isFalse();
            folios.refUnfreeze(cpu, 1, 2);
            assertThat(folios.dropReference(cpu, 1)).isFalse();
            assertThat(folios.dropReference(cpu, 1)).isTrue();
            assertThat(folios.test(cpu, 1, FolioLayout.DIRTY)).isTrue();
            assertThatThrownBy(() -> folios.dropReference(cpu, 1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("dropped twice");
        });
    }

    /// As many as 300 pins of 1,024 (`GUP_PIN_COUNTING_BIAS`) and a process for each.
    @Test
    void countsHaveRoomForPinsAndManySharers() {
        OneCpu.run(cpu -> {
            Folios folios = new Folios(PageSize.KIB_4, 4, 0);
            folios.init(cpu, 1, FolioLayout.ONE_REF);
            for (int i = 0; i < 300; i++) {
                folios.get(cpu, 1, 1024);
            }
            for (int i = 0; i < 40_000; i++) {
                folios.addMap(cpu, 1);
            }
            long state = folios.state(cpu, 1);
            assertThat(FolioLayout.refcount(state)).isEqualTo(300 * 1024 + 1);
            assertThat(FolioLayout.mapcount(state)).isEqualTo(40_000);
            for (int i = 0; i < 40_000; i++) {
                folios.removeMap(cpu, 1);
            }
            for (int i = 0; i < 300; i++) {
                folios.dropReferences(cpu, 1, 1024);
            }
            assertThat(folios.dropReference(cpu, 1)).isTrue();
        });
    }

    @Test
    void aCountThatOutgrowsItsFieldSticksAndSpillsNowhere() {
        OneCpu.run(cpu -> {
            Folios folios = new Folios(PageSize.KIB_4, 4, 0);
            folios.init(cpu, 1, FolioLayout.ONE_REF | FolioLayout.DIRTY);
            for (int i = 0; i < 1_000_000; i++) {
                folios.get(cpu, 1);
                folios.addMap(cpu, 1);
                assertThat(folios.tryGet(cpu, 1)).isTrue();
            }
            long full = folios.state(cpu, 1);
            assertThat(FolioLayout.refcount(full)).isGreaterThan(FolioLayout.REF_STUCK);
            assertThat(FolioLayout.mapcount(full)).isGreaterThan(FolioLayout.MAP_STUCK);
            boolean last = false;
            for (int i = 0; i < 2_000_001; i++) {
                last |= folios.dropReference(cpu, 1);
                folios.removeMap(cpu, 1);
            }
            assertThat(last).as("freed although somebody lost count").isFalse();
            long state = folios.state(cpu, 1);
            assertThat(FolioLayout.refcount(state)).isGreaterThan(FolioLayout.REF_STUCK);
            assertThat(FolioLayout.mapcount(state)).isGreaterThan(FolioLayout.MAP_STUCK);
            assertThat(state & ~(FolioLayout.REF_MASK | FolioLayout.MAP_MASK))
                    .isEqualTo(FolioLayout.DIRTY);
        });
    }

    @Test
    void updateReplacesOnlyWhatTheMaskNames() {
        OneCpu.run(cpu -> {
            Folios folios = new Folios(PageSize.KIB_4, 4, 0);
            folios.init(cpu, 2, FolioLayout.LRU | FolioLayout.ACTIVE | FolioLayout.ONE_REF);
            long before =
                    folios.update(
                            cpu,
                            2,
                            FolioLayout.GEN_MASK | FolioLayout.ACTIVE,
                            3L << FolioLayout.GEN_SHIFT);
            assertThat(before & FolioLayout.ACTIVE).isNotZero();
            long state = folios.state(cpu, 2);
            assertThat(FolioLayout.gen(state)).isEqualTo(2);
            assertThat(state & (FolioLayout.LRU | FolioLayout.ACTIVE)).isEqualTo(FolioLayout.LRU);
            assertThat(FolioLayout.refcount(state)).isOne();
        });
    }

    @Test
    void theLockIsATestAndSet() {
        OneCpu.run(cpu -> {
            Folios folios = new Folios(PageSize.KIB_4, 4, 0);
            assertThat(folios.tryLock(cpu, 3)).isTrue();
            assertThat(folios.tryLock(cpu, 3)).isFalse();
            folios.unlock(cpu, 3);
            assertThatThrownBy(() -> folios.unlock(cpu, 3)).isInstanceOf(LockDep.Violation.class);
        });
    }

    @Test
    void aMappingKeepsObjectAndIndexApart() {
        Folios folios = new Folios(PageSize.KIB_4, 1, 0);
        folios.setMapping(0, (1 << 23) + 5, (1L << 40) - 1);
        assertThat(Folios.mappingObject(folios.mapping(0))).isEqualTo((1 << 23) + 5);
        assertThat(Folios.mappingIndex(folios.mapping(0))).isEqualTo((1L << 40) - 1);
    }
}
