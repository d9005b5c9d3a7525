package org.gleaner.kvm.pfn;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;

/// The pages that a guest's guest is run with, which its host's kernel maps for itself while it
/// runs: a vCPU holds them from its nested entry to its nested exit (`nested_get_vmcs12_pages`,
/// `nested_put_vmcs12_pages`). What stands in them is not modelled.
@OneCpu
public final class NestedPages {
    /// What a page is for.
    public enum Use {
        /// What the hypervisor and its host share (`hv_evmcs`); kept across entries.
        ENLIGHTENED_VMCS(true),

        APIC_ACCESS(true),

        VIRTUAL_APIC(true),

        POSTED_INTERRUPTS(true),

        /// Read at the entry and let go of at once: merged into the host's own.
        MSR_BITMAP(false);

        private final boolean writes;

        Use(boolean writes) {
            this.writes = writes;
        }
    }

    private final Map<Use, HostMap> maps = new EnumMap<>(Use.class);

    NestedPages(DirectAccess direct) {
        for (Use use : Use.values()) {
            maps.put(use, direct.newMap());
        }
    }

    /// Maps one page; one that is mapped for this use already is let go of first.
    ///
    /// @return as [HostMap#map]
    public int map(Cpu cpu, Use use, long gfn) {
        HostMap map = of(use);
        map.unmap(cpu);
        return map.map(cpu, gfn, use.writes);
    }

    /// A nested entry: maps the pages of `gfns`, or none.
    ///
    /// @return 0, or why the first that cannot be mapped is not
    public int enter(Cpu cpu, Map<Use, Long> gfns) {
        for (Map.Entry<Use, Long> page : gfns.entrySet()) {
            int error = map(cpu, page.getKey(), page.getValue());
            if (error != 0) {
                leave(cpu);
                return error;
            }
        }
        of(Use.MSR_BITMAP).unmap(cpu);
        return 0;
    }

    /// A nested exit: lets go of all but what is kept across entries.
    public void leave(Cpu cpu) {
        maps.forEach((use, map) -> {
            if (use != Use.ENLIGHTENED_VMCS) {
                map.unmap(cpu);
            }
        });
    }

    /// The vCPU is no hypervisor any more: lets go of all (`free_nested`).
    public void free(Cpu cpu) {
        maps.values().forEach(map -> map.unmap(cpu));
    }

    /// Whether a page is mapped for this use, which is all that says so.
    public boolean isMapped(Use use) {
        return of(use).isMapped();
    }

    /// Pages that are pinned now.
    public int pinned() {
        return (int) maps.values().stream().filter(HostMap::isPinned).count();
    }

    private HostMap of(Use use) {
        return requireNonNull(maps.get(use));
    }
}
