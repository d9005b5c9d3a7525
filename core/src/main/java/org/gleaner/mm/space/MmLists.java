package org.gleaner.mm.space;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;

/// The address spaces of a host, by cgroup.
public final class MmLists {
    /// By id of the cgroup.
    private final List<MmList> lists = new ArrayList<>();

    /// Makes the list of a new cgroup. While the host is set up only.
    public void online(Memcg memcg) {
        assert memcg.id() == lists.size() : "cgroups come in the order of their ids";
        lists.add(new MmList(memcg.lruvec().gen().walkState()));
    }

    public MmList of(Memcg memcg) {
        return lists.get(memcg.id());
    }

    /// All address spaces of these cgroups, as far as they are `scope` or below it.
    public List<AddressSpace> within(Cpu cpu, List<Memcg> memcgs, Memcg scope) {
        List<AddressSpace> all = new ArrayList<>();
        for (Memcg memcg : memcgs) {
            if (memcg.isWithin(scope)) {
                MmList list = of(memcg);
                list.lock().lock(cpu);
                all.addAll(list.mms());
                list.lock().unlock(cpu);
            }
        }
        return all;
    }
}
