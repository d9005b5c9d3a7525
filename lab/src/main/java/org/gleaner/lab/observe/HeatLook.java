package org.gleaner.lab.observe;

import static org.gleaner.mm.folio.FolioLayout.ACTIVE;
import static org.gleaner.mm.folio.FolioLayout.gen;
import static org.gleaner.mm.folio.FolioLayout.memcg;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.space.PageView;

/// One look at the memory of all guests. Of each part some pages are looked at, so that it costs
/// the same whatever size a guest has.
final class HeatLook {
    /// Parts of a guest's memory, and of that of all guests.
    private static final int MOST_ROWS = 64;

    private static final int MOST_ROWS_OF_ALL = 256;

    /// Pages of a part that are looked at.
    private static final int LOOKS = 32;

    private final Cpu cpu;
    private final Host host;
    private final long nanos;

    private int resident;
    private int active;
    private int aged;
    private long generations;
    private long ageNanos;

    HeatLook(Cpu cpu, Host host, long nanos) {
        this.cpu = cpu;
        this.host = host;
        this.nanos = nanos;
    }

    List<Heat> of(List<ObservedGuest> guests) {
        List<Heat> all = new ArrayList<>();
        for (ObservedGuest guest : guests) {
            ObservedGuest.Memory memory = guest.memory().get();
            if (memory != null) {
                add(all, guest.name(), memory, guests.size());
            }
        }
        return all;
    }

    private void add(List<Heat> all, String guest, ObservedGuest.Memory memory, int guests) {
        long pages = memory.pages();
        int most = Math.clamp(MOST_ROWS_OF_ALL / guests, 1, MOST_ROWS);
        int rows = (int) Math.min(most, pages);
        for (int row = 0; row < rows; row++) {
            long from = pages * row / rows;
            long to = pages * (row + 1) / rows;
            all.add(look(guest, memory, row, from, to - from));
        }
    }

    private Heat look(String guest, ObservedGuest.Memory memory, int row, long from, long pages) {
        resident = 0;
        active = 0;
        aged = 0;
        generations = 0;
        ageNanos = 0;
        int looks = (int) Math.min(LOOKS, pages);
        for (int i = 0; i < looks; i++) {
            long page = from + pages * i / looks;
            int frame = PageView.frame(cpu, memory.mm(), memory.firstVpn() + page);
            if (frame != PageView.NOT_THERE) {
                count(frame);
            }
        }
        return new Heat(
                guest,
                nanos,
                row,
                from,
                pages,
                looks,
                resident,
                active,
                aged,
                generations,
                ageNanos);
    }

    private void count(int frame) {
        Folios folios = host.folios();
        long state = folios.peek(cpu, folios.folio(cpu, frame));
        resident++;
        int slot = gen(state);
        if (slot < 0) {
            active += (state & ACTIVE) != 0 ? 1 : 0;
            return;
        }
        LruGen lists = host.memcgs().all().get(memcg(state)).lruvec().gen();
        long youngest = lists.peekMaxSeq(cpu);
        int age = (int) Math.floorMod(youngest - slot, LruGen.MAX_NR_GENS);
        aged++;
        active += age < LruGen.MIN_NR_GENS ? 1 : 0;
        generations += age;
        ageNanos += Math.max(0, nanos - lists.birthNanos(youngest - age));
    }
}
