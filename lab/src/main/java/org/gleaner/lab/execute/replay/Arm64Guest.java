package org.gleaner.lab.execute.replay;

import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.pagetable.Geometry;
import org.jspecify.annotations.Nullable;

/// What the guest of a comparison run on arm64 has done before its task enters the cgroup, and does
/// besides the accesses of the trace. Each takes tables of the second stage from what its vCPU has
/// laid by, and when too few are left the cgroup pays for 38 pages or more at once.
///
/// | | takes |
/// |---|---|
/// | before: runs its program | the tables of one page, below the root |
/// | before: reads the trace's first page, elsewhere | the same |
/// | before: reads one page for each table of its memory, and is shown the page of zeroes | a table each, and one for each table above |
/// | the first write to such a page: its entry goes, and with it the table if it was the only one | a table, when a page there is mapped again |
/// | reads on in the trace | a table each so many accesses |
///
/// Under the classic LRU the trace's pages are there as well, see [TraceMemory].
final class Arm64Guest {
    /// Bytes of the trace for each access.
    private static final int WORD = 4;

    private final Geometry geometry;
    private final int memoryTables;
    private final long accessesOfTable;

    private final long accessesOfPage;
    private final @Nullable TraceMemory trace;

    /// Accesses of the trace that the tables there are map, and that the pages hold it has read.
    private long mapped;

    private long read;

    /// The guest of a replay, whose VM will be as `config` says.
    static Arm64Guest of(Cpu cpu, Host host, ReplayRequest request, VmConfig config) {
        Geometry geometry = config.architecture().geometry(request.pageSize().shift());
        int tables =
                Math.toIntExact(Math.ceilDiv(request.trace().regionPages(), geometry.pages(2)));
        TraceMemory trace =
                request.lru() == Lru.CLASSIC ? new TraceMemory(cpu, host, request) : null;
        return new Arm64Guest(geometry, tables, trace);
    }

    /// @param geometry of the second stage
    /// @param memoryTables lowest tables that the trace's memory needs
    /// @param trace where its pages make a difference
    private Arm64Guest(Geometry geometry, int memoryTables, @Nullable TraceMemory trace) {
        this.trace = trace;
        this.geometry = geometry;
        this.memoryTables = memoryTables;
        accessesOfTable = geometry.bytes(2) / WORD;
        mapped = accessesOfTable;
        accessesOfPage = geometry.bytes(1) / WORD;
        read = accessesOfPage;
    }

    /// Tables that the vCPU has laid by once the program and the trace's first page are mapped, so
    /// that those are left which a real one has at last.
    ///
    /// @param readsMemory whether it then reads its memory, see [#readMemory]
    int laidBy(boolean readsMemory) {
        int least = geometry.levels - 1;
        int left = TableCache.PAGES;
        left = take(left, least, geometry.levels - 1);
        left = take(left, least, geometry.levels - 1);
        for (int table = 0; table < memoryTables; table++) {
            left = take(left, least, needed(table));
        }
        return readsMemory ? left + memoryTables + upperTables() : left;
    }

    private static int take(int left, int least, int tables) {
        return (left < least ? TableCache.PAGES : left) - tables;
    }

    /// Tables that the first page of a lowest table needs.
    private int needed(int table) {
        int needed = 1;
        long pages = geometry.pages(2);
        for (int level = 3; level <= geometry.levels - 1; level++) {
            needed += table * pages % geometry.pages(level) == 0 ? 1 : 0;
        }
        return needed;
    }

    private int upperTables() {
        int upper = 0;
        for (int table = 0; table < memoryTables; table++) {
            upper += needed(table) - 1;
        }
        return upper;
    }

    /// Reads one page for each table of the memory at `baseGfn`, none of which was touched before.
    void readMemory(Cpu cpu, Vcpu vcpu, long baseGfn) {
        int[] reads = new int[memoryTables];
        for (int table = 0; table < memoryTables; table++) {
            reads[table] = Math.toIntExact(table * geometry.pages(2));
        }
        vcpu.run(cpu, reads, 0, memoryTables, baseGfn);
        vcpu.stat().restart();
    }

    /// Has made `at` accesses of the trace, and goes on.
    void readTrace(Cpu cpu, Vcpu vcpu, long at) {
        while (mapped <= at) {
            mapped += accessesOfTable;
            vcpu.takeTableElsewhere(cpu);
        }
        for (; read <= at; read += accessesOfPage) {
            if (trace != null) {
                trace.readNext(cpu);
            }
        }
    }

    /// Pages of the trace that were activated.
    long activated(Cpu cpu) {
        return trace == null ? 0 : trace.activated(cpu);
    }
}
