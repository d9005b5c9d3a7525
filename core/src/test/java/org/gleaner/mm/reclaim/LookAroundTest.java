package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of the neighbours when an eviction candidate turns out young.
final class LookAroundTest {
    private final SmallHost small = SmallHost.virtual();

    /// Looks around `page` as eviction would, from a session with a walk of its own or without.
    private boolean lookAround(Cpu cpu, Process p, int page, boolean withWalk) {
        ScanControl sc = new ScanControl();
        sc.start(null, false, 32, 60);
        if (withWalk) {
            sc.walk = new LruGenWalk(p.memcg.lruvec());
        }
        Walk walk = new Walk();
        p.mm.tables().find(cpu, walk, p.mm.root(), Process.BASE + page);
        QueuedSpinLock lock = p.mm.pteLock(walk);
        lock.lock(cpu);
        LookAround lookAround = new LookAround(small.host().reclaim().context());
        boolean young =
                lookAround.lookAround(cpu, sc, p.pfn(page), p.vma, walk, Process.BASE + page);
        lock.unlock(cpu);
        if (sc.walk != null) {
            PageTableWalk.flush(cpu, sc.walk);
        }
        return young;
    }

    /// Everything young and on the lists, and two generations opened, so that labels are not the
    /// youngest.
    private Process aged(Cpu cpu, int pages) {
        Process p = small.process(cpu, Memcg.UNLIMITED, pages);
        p.writeAll(cpu, 0, pages);
        small.host().lru().drain(cpu);
        for (int i = 0; i < 2; i++) {
            small.host().reclaim().age(cpu, p.memcg);
        }
        p.readAll(cpu, 0, pages);
        return p;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 64",
        "31, 0, 64",
        "32, 0, 64",
        "33, 1, 65",
        "200, 168, 232",
        "268, 236, 300",
        "269, 236, 300",
        "299, 236, 300"
    })
    void theWindowIs64PagesWithinTheMapping(int page, int from, int to) {
        small.run(cpu -> {
            Process p = aged(cpu, 300);
            assertThat(lookAround(cpu, p, page, true)).isTrue();
            assertThat(IntStream.range(0, 300).filter(i -> !p.isYoung(i)).toArray())
                    .containsExactly(IntStream.range(from, to).toArray());
        });
    }

    @Test
    void theWindowEndsWithThePageTable() {
        small.run(cpu -> {
            Process p = aged(cpu, 1024);
            lookAround(cpu, p, 511, true);
            lookAround(cpu, p, 512, true);
            assertThat(IntStream.range(0, 1024).filter(i -> !p.isYoung(i)).toArray())
                    .containsExactly(IntStream.range(448, 576).toArray());
        });
    }

    @Test
    void aPageNotYoungLooksNowhere() {
        small.run(cpu -> {
            Process p = aged(cpu, 300);
            lookAround(cpu, p, 100, true);
            assertThat(lookAround(cpu, p, 100, true)).isFalse();
            assertThat(p.isYoung(132)).isTrue();
            lookAround(cpu, p, 133, true);
            assertThat(p.isYoung(132)).isFalse();
        });
    }

    @Test
    void aSessionWithAWalkRelabelsTheNeighboursAtOnce() {
        small.run(cpu -> {
            Process p = aged(cpu, 128);
            long max = p.gen().maxSeq(cpu);
            lookAround(cpu, p, 10, true);
            for (int page = 0; page < 128; page++) {
                boolean relabelled = page < 64 && page != 10;
                assertThat(p.seq(cpu, page) == max).isEqualTo(relabelled);
            }
            assertThat(p.labelled(max)).isEqualTo(63);
            assertThat(p.linked(max)).isZero();
            assertThat(small.stat(VmEvent.PGACTIVATE)).isZero();
        });
    }

    @Test
    void aSessionWithoutAWalkQueuesThemForActivation() {
        small.run(cpu -> {
            Process p = aged(cpu, 128);
            long max = p.gen().maxSeq(cpu);
            lookAround(cpu, p, 10, false);
            // 63 neighbours: two full batches are flushed, one is left and pinned
            assertThat(p.linked(max)).isEqualTo(62);
            assertThat(small.stat(VmEvent.PGACTIVATE)).isEqualTo(62);
            assertThat(FolioLayout.refcount(p.state(cpu, 63))).isEqualTo(2);
            assertThat(FolioLayout.refcount(p.state(cpu, 62))).isOne();
            assertThat(p.state(cpu, 63) & FolioLayout.LRU).isNotZero();
            small.host().lru().drain(cpu);
            assertThat(p.linked(max)).isEqualTo(63);
        });
    }

    @Test
    void aNeighbourOffTheListsIsOnlyMarkedReferenced() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 64);
            p.writeAll(cpu, 0, 20);
            lookAround(cpu, p, 0, false);
            assertThat(p.state(cpu, 7) & FolioLayout.REFERENCED).isNotZero();
            assertThat(p.state(cpu, 0) & FolioLayout.REFERENCED).isZero();
        });
    }

    /// A folio belongs to the cgroup that touched it first, and may be mapped by a process of
    /// another.
    @Test
    void neighboursOfOtherCgroupsKeepTheirAccessedBits() {
        small.run(cpu -> {
            Memfd memfd = small.host().objects().newMemfd(64);
            Memcg one = small.host().memcgs().add(Memcg.UNLIMITED);
            Memcg two = small.host().memcgs().add(Memcg.UNLIMITED);
            Process even = Process.mapping(small.host(), cpu, one, memfd, 64);
            Process odd = Process.mapping(small.host(), cpu, two, memfd, 64);
            for (int page = 0; page < 64; page += 2) {
                even.write(cpu, page);
                odd.write(cpu, page + 1);
            }
            odd.readAll(cpu, 0, 64);
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, one);
            small.host().reclaim().age(cpu, one);
            small.host().reclaim().age(cpu, two);
            odd.readAll(cpu, 0, 64);
            assertThat(FolioLayout.memcg(odd.state(cpu, 20))).isEqualTo(one.id());
            assertThat(lookAround(cpu, odd, 20, false)).isTrue();
            small.host().lru().drain(cpu);
            for (int page = 0; page < 64; page++) {
                boolean ones = page % 2 == 0;
                assertThat(odd.isYoung(page)).as("page %d", page).isNotEqualTo(ones);
            }
            assertThat(even.seq(cpu, 22)).isEqualTo(one.lruvec().gen().maxSeq(cpu));
        });
    }

    @Test
    void aDenseWindowHasTheTableVisitedByTheNextWalk() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 20);
            small.host().lru().drain(cpu);
            small.host().reclaim().age(cpu, p.memcg, false);
            p.readAll(cpu, 0, 8);
            assertThat(lookAround(cpu, p, 3, false)).isTrue();
            p.readAll(cpu, 0, 8);
            small.host().reclaim().age(cpu, p.memcg, false);
            assertThat(p.isYoung(5)).isFalse();
            p.readAll(cpu, 0, 7);
            assertThat(lookAround(cpu, p, 3, false)).isTrue();
            p.readAll(cpu, 0, 7);
            small.host().reclaim().age(cpu, p.memcg, false);
            assertThat(p.isYoung(5)).isTrue();
        });
    }
}
