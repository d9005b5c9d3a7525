package org.gleaner.mm.gup;

import org.gleaner.machine.Cpu;

/// The pages of a file that no process can map, as the secondary MMU that owns it uses them. Pages
/// that are found are given back by [UserPages#put], as any others.
public interface InaccessiblePages {
    /// Who uses them.
    interface Owner {
        /// The memory of page `index` is broken: nothing may map it any more when this returns. No
        /// lock is held.
        void broken(Cpu cpu, long index);
    }

    /// Size in pages.
    long pages();

    /// Has `owner` told of broken memory.
    void setOwner(Owner owner);

    /// The page of `index`, which is made and zeroed if there is none yet. May sleep and reclaim;
    /// no spinlock may be held.
    ///
    /// @param claim filled in: an owned page; or [PageClaim#FAULT] beyond the end,
    ///     [PageClaim#HWPOISON], [PageClaim#NOMEM]
    void find(Cpu cpu, long index, PageClaim claim);

    /// Cuts the pages `[start, end)` out of the file (`truncate_inode_pages_range`). Who holds one
    /// keeps it from being freed, and nothing else: nobody finds it any more.
    void truncate(Cpu cpu, long start, long end);

    /// Nobody has the file open any more, and its pages go.
    void close(Cpu cpu);
}
