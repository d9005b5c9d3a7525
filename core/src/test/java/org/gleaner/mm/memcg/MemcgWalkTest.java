package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// Walks over the tree of cgroups.
final class MemcgWalkTest {
    private final Folios folios = new Folios(PageSize.KIB_4, 1, 13 * 8);
    private final List<Memcg> all = new ArrayList<>();

    // 0 has 1 and 4; 1 has 2 and 3; 4 has 5
    private final Memcg root = add(null);
    private final Memcg one = add(root);

    {
        add(one);
        add(one);
        add(add(root));
    }

    private Memcg add(Memcg parent) {
        Lruvec above = parent == null ? null : parent.lruvec();
        Memcg memcg =
                new Memcg(
                        all.size(),
                        parent,
                        new Lruvec(folios, true, KernelVersion.V6_12, above, new VmStat(4)),
                        4);
        all.add(memcg);
        return memcg;
    }

    /// Ids of the cgroups that a walk visits, at most `most`.
    private List<Integer> visit(Cpu cpu, Memcg top, boolean shared, int most) {
        MemcgWalk walk = new MemcgWalk(all, root);
        walk.start(top, shared);
        List<Integer> ids = new ArrayList<>();
        while (ids.size() < most) {
            Memcg next = walk.next(cpu);
            if (next == null) {
                break;
            }
            ids.add(next.id());
        }
        return ids;
    }

    @Test
    void aFullWalkVisitsParentsFirstAndStaysInItsScope() {
        OneCpu.run(cpu -> {
            assertThat(visit(cpu, root, false, 9)).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(visit(cpu, one, false, 9)).containsExactly(1, 2, 3);
            assertThat(visit(cpu, all.get(5), false, 9)).containsExactly(5);
        });
    }

    @Test
    void aSharedWalkGoesOnWhereTheLastOneStopped() {
        OneCpu.run(cpu -> {
            assertThat(visit(cpu, root, true, 2)).containsExactly(0, 1);
            assertThat(visit(cpu, root, true, 3)).containsExactly(2, 3, 4);
            assertThat(visit(cpu, root, false, 2)).as("a full one").containsExactly(0, 1);
            assertThat(visit(cpu, one, true, 1)).as("another scope").containsExactly(1);
            assertThat(visit(cpu, root, true, 9)).as("the round ends").containsExactly(5);
            assertThat(visit(cpu, root, true, 9)).containsExactly(0, 1, 2, 3, 4, 5);
        });
    }

    @Test
    void aWalkThatStoppedAtTheLastFindsAllInTheNext() {
        OneCpu.run(cpu -> {
            assertThat(visit(cpu, root, true, 6)).hasSize(6);
            assertThat(visit(cpu, root, true, 9)).containsExactly(0, 1, 2, 3, 4, 5);
        });
    }

    @Test
    void walkersAtTheSameTimeShareOneRound() {
        List<Integer> visited = new ArrayList<>();
        OneCpu.run(cpu -> step(cpu, visited), cpu -> step(cpu, visited), cpu -> step(cpu, visited));
        assertThat(visited).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }

    private void step(Cpu cpu, List<Integer> visited) {
        MemcgWalk walk = new MemcgWalk(all, root);
        walk.start(root, true);
        for (Memcg at = walk.next(cpu); at != null; at = walk.next(cpu)) {
            visited.add(at.id());
            cpu.chargeNanos(1_000);
        }
    }
}
