package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.size.Size;
import org.gleaner.mm.swap.ZramMemory;

/// How much of a host's memory its guests can have: what is left after what the kernel needs to
/// manage it.
///
/// The published experiment does not say how much was free. What is subtracted here follows from
/// sizes, not from the result: 64 bytes of `struct page` for each page; eight bytes each in the
/// primary and the secondary page table for each page of the guest; a 256th for the kernel and
/// everything else. On zram, swapped pages come back as compressed ones: of the shortfall so far,
/// times its ratio's share, once more. That is what zram has from the beginning; it gives back what
/// it had of a guest that ends.
///
/// @param hostPages memory of the host
/// @param structPages for `struct page`
/// @param tablePages for page tables
/// @param otherPages for the kernel and the rest
/// @param zramPages for compressed pages
public record HostShare(
        long hostPages, long structPages, long tablePages, long otherPages, long zramPages) {
    private static final int STRUCT_PAGE = 64;

    public static HostShare of(Scenario scenario, SwapDeviceChoice device) {
        return of(
                scenario.hostPages(),
                scenario.backingPages(),
                scenario.allGuestPages(),
                device,
                scenario.pageBytes());
    }

    /// @param host memory of the host, in pages
    /// @param backing what all guests may come to have of it
    /// @param guests pages that second-stage tables map
    /// @param pageBytes of each of these pages
    public static HostShare of(
            long host, long backing, long guests, SwapDeviceChoice device, int pageBytes) {
        long struct = host * STRUCT_PAGE / pageBytes;
        long tables = (backing + guests) * Long.BYTES / pageBytes;
        long other = host / 256;
        HostShare without = new HostShare(host, struct, tables, other, 0);
        long zram = device == SwapDeviceChoice.ZRAM ? without.zramPages(backing) : 0;
        return new HostShare(host, struct, tables, other, zram);
    }

    /// What zram needs for so many pages of guests, whatever it has now.
    private long zramPages(long backing) {
        long shortfall = backing - (hostPages - structPages - tablePages - otherPages);
        return Math.clamp((long) (shortfall / (ZramMemory.RATIO - 1)), 0, hostPages / 2);
    }

    /// What zram needs yet, once guests with so many of the scenario's pages have ended.
    public long zramPagesWithout(Scenario scenario, long pages) {
        return Math.min(zramPages, zramPages(scenario.backingPages() - pages));
    }

    /// Pages that processes can have.
    public long usablePages() {
        return hostPages - structPages - tablePages - otherPages - zramPages;
    }

    /// Pages of guest memory for which there is no room, neither in memory nor in swap; negative if
    /// that much is left.
    public long missingPages(Scenario scenario) {
        return scenario.backingPages()
                - (usablePages() - scenario.minFreePages())
                - scenario.swapPages();
    }

    /// For people, what was assumed.
    public List<String> assumptions(Scenario scenario) {
        long backing = scenario.backingPages();
        long beyond = Math.max(0, backing - usablePages());
        List<String> all = new ArrayList<>();
        all.add(
                String.format(
                        Locale.ROOT,
                        "the guest's memory exceeds what the host can give it by %.1f %%: struct page"
                                + " takes %.2f %% of the host, page tables %.2f %%, the kernel and"
                                + " others %.2f %%, pages compressed in zram %.2f %%",
                        percent(beyond, backing),
                        percent(structPages, hostPages),
                        percent(tablePages, hostPages),
                        percent(otherPages, hostPages),
                        percent(zramPages, hostPages)));
        long missing = missingPages(scenario);
        if (missing > 0) {
            all.add(
                    "it is tight: for "
                            + Size.approximately(missing * scenario.pageBytes())
                            + " of guest memory there is no room in memory and swap"
                            + (zramPages > 0 ? ", for zram itself takes memory" : "")
                            + ", so if all of it is used somebody is killed");
        }
        return all;
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }
}
