package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.RmapObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Invariant I18: what a walk comes across that is outside the cgroup being reclaimed keeps its
/// accessed bits. Two processes in cgroups of their own map one memfd; who touches a page first
/// owns it.
final class ScopeTest {
    private static final int PAGES = 64;

    private Process mine;
    private Process other;

    /// Even pages are of the first cgroup, odd ones of the second; both map all of them, young.
    private void share(SmallHost small, org.gleaner.machine.Cpu cpu) {
        RmapObject memfd = small.host().objects().newMemfd(PAGES);
        Memcg one = small.host().memcgs().add(Memcg.UNLIMITED);
        Memcg two = small.host().memcgs().add(Memcg.UNLIMITED);
        mine = Process.mapping(small.host(), cpu, one, memfd, PAGES);
        other = Process.mapping(small.host(), cpu, two, memfd, PAGES);
        for (int page = 0; page < PAGES; page++) {
            (page % 2 == 0 ? mine : other).write(cpu, page);
        }
        mine.readAll(cpu, 0, PAGES);
        other.readAll(cpu, 0, PAGES);
        small.host().lru().drain(cpu);
    }

    @Test
    void thePageTableWalkPassesOverPagesOfOthers() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            share(small, cpu);
            assertThat(small.host().reclaim().age(cpu, mine.memcg)).isTrue();
            for (int page = 0; page < PAGES; page++) {
                assertThat(mine.isYoung(page)).as("page %d", page).isEqualTo(page % 2 == 1);
                assertThat(other.isYoung(page)).as("not walked: page %d", page).isTrue();
            }
        });
    }

    @Test
    void lookAroundPassesOverPagesOfOthers() {
        SmallHost small = SmallHost.virtual().lruGen(1);
        small.run(cpu -> {
            share(small, cpu);
            ReclaimContext context = small.host().reclaim().context();
            FolioReferenced referenced = new FolioReferenced(context, new LookAround(context));
            ScanControl sc = new ScanControl();
            sc.start(mine.memcg, false, 32, 60);
            assertThat(referenced.count(cpu, mine.pfn(32), sc)).isOne();
            for (int page = 0; page < PAGES; page++) {
                assertThat(mine.isYoung(page)).as("page %d", page).isEqualTo(page % 2 == 1);
                assertThat(other.isYoung(page)).as("not asked: page %d", page).isTrue();
            }
            small.host().lru().drain(cpu);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 0})
    void theReverseMapAsksOnlyTheCgroupAndThoseBelowIt(int lruGen) {
        SmallHost small = SmallHost.virtual().lruGen(lruGen);
        small.run(cpu -> {
            share(small, cpu);
            ReclaimContext context = small.host().reclaim().context();
            LookAround lookAround = lruGen == 0 ? null : new LookAround(context);
            FolioReferenced referenced = new FolioReferenced(context, lookAround);
            ScanControl sc = new ScanControl();
            sc.start(mine.memcg, false, 32, 60);
            assertThat(referenced.count(cpu, mine.pfn(0), sc)).isOne();
            assertThat(mine.isYoung(0)).isFalse();
            assertThat(other.isYoung(0)).isTrue();
            sc.start(small.host().memcgs().root(), false, 32, 60);
            assertThat(referenced.count(cpu, mine.pfn(2), sc)).isPositive();
            assertThat(other.isYoung(2)).as("all are below the root").isFalse();
            small.host().lru().drain(cpu);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 1, 0})
    void aWholeReclaimOfOneCgroupLeavesTheOthersBitsAlone(int lruGen) {
        SmallHost small = SmallHost.virtual().lruGen(lruGen);
        small.run(cpu -> {
            share(small, cpu);
            Process third = small.process(cpu, Memcg.UNLIMITED, PAGES);
            third.writeAll(cpu, 0, PAGES);
            small.host().lru().drain(cpu);
            small.host().memcgFiles().reclaim(cpu, mine.memcg, PAGES / 2);
            for (int page = 1; page < PAGES; page += 2) {
                assertThat(other.isYoung(page)).as("page %d of the other", page).isTrue();
                assertThat(mine.isYoung(page)).as("page %d, as I map it", page).isTrue();
            }
            for (int page = 0; page < PAGES; page++) {
                assertThat(third.isYoung(page)).as("page %d of the third", page).isTrue();
            }
        });
    }
}
