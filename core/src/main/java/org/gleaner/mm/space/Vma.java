package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.jspecify.annotations.Nullable;

/// One mapping of an address space: a range of virtual pages that shows a range of an object.
public final class Vma {
    private final AddressSpace mm;
    private final long start;
    private final long end;
    private final RmapObject object;
    private final long offset;
    private volatile boolean readable = true;
    private volatile boolean writable;
    private volatile boolean zeroPages;
    private volatile @Nullable Userfault userfault;

    /// One word: what swap read-ahead remembers of this mapping (`swap_readahead_info`).
    private final long[] readAhead = new long[1];

    Vma(AddressSpace mm, long start, long end, RmapObject object, long offset, boolean writable) {
        this.mm = mm;
        this.start = start;
        this.end = end;
        this.object = object;
        this.offset = offset;
        this.writable = writable;
    }

    public AddressSpace mm() {
        return mm;
    }

    /// Shows a device's frames, which are not pages to get or to pin (`VM_PFNMAP | VM_IO`).
    public boolean isDevice() {
        return object instanceof DeviceMemory device && device.isFrames();
    }

    /// Shows pages that the kernel itself does not get at (`vma_is_secretmem`).
    public boolean isSecret() {
        return object instanceof Memfd memfd && memfd.kind() == Memfd.Kind.SECRET;
    }

    /// Shows pages of the hugetlb pool (`is_vm_hugetlb_page`): only huge leaves.
    public boolean isHugetlb() {
        return object instanceof HugetlbFile;
    }

    /// Who is asked for pages that were never there; null if faults make them.
    public @Nullable Userfault userfault() {
        return userfault;
    }

    /// From now on faults wait for a monitor (`UFFDIO_REGISTER`): of anonymous memory or a memfd,
    /// the latter alone for pages that are there and not mapped.
    public void register(Userfault monitor) {
        assert object instanceof Memfd
                        || object instanceof AnonVma && monitor.mode() == Userfault.Mode.MISSING
                : "a monitor does not supply " + object;
        userfault = monitor;
        mm.watchedBy(monitor);
    }

    /// Whether a fault on a page of which there is no entry waits for the monitor.
    public boolean waitsForMonitor(Cpu cpu, long vpn) {
        Userfault monitor = userfault;
        if (monitor == null || !(object instanceof Memfd memfd)) {
            return monitor != null;
        }
        long entry = memfd.entry(cpu, index(vpn));
        return monitor.mode() == Userfault.Mode.MINOR ? Memfd.isFolio(entry) : entry == 0;
    }

    /// First virtual page.
    public long start() {
        return start;
    }

    /// First virtual page behind the mapping.
    public long end() {
        return end;
    }

    public RmapObject object() {
        return object;
    }

    /// Index in the object of the page at [#start].
    public long offset() {
        return offset;
    }

    public boolean writable() {
        return writable;
    }

    /// False if no access is permitted at all (`PROT_NONE`).
    public boolean readable() {
        return readable;
    }

    void setReadable(boolean readable) {
        this.readable = readable;
    }

    void setWritable(boolean writable) {
        this.writable = writable;
    }

    /// Takes over what another mapping permits and asks for.
    public void inherit(Vma other) {
        readable = other.readable;
        zeroPages = other.zeroPages;
    }

    /// Whether a read of memory that was never written shows the page of zeroes, so that a write
    /// later has to put another in its place. Else reads get a page of their own.
    public boolean mapsZeroPages() {
        return zeroPages;
    }

    /// From now on reads of untouched memory show the page of zeroes. Of anonymous memory.
    public void mapZeroPages() {
        assert object instanceof AnonVma : "files are not full of zeroes";
        zeroPages = true;
    }

    /// What [#rememberReadAhead] stored last, 0 at first.
    public long readAhead(Cpu cpu) {
        return cpu.load(readAhead, 0);
    }

    /// Keeps the word of swap read-ahead. Faults of several CPUs overwrite each other, as in the
    /// kernel: it only guesses.
    public void rememberReadAhead(Cpu cpu, long word) {
        cpu.store(readAhead, 0, word);
    }

    /// Index in the object of a virtual page of this mapping.
    public long index(long vpn) {
        return offset + (vpn - start);
    }

    /// Virtual page that shows the object's page `index`, or -1 if this mapping does not.
    public long vpn(long index) {
        long vpn = start + (index - offset);
        return vpn >= start && vpn < end ? vpn : -1;
    }
}
