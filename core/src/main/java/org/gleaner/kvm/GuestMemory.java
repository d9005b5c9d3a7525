package org.gleaner.kvm;

/// The contents of page frames, where they have any: real threads, and tests of lost data.
///
/// A frame has 512 words of 8 bytes. Guests reach them only through a translation, and only in the
/// interruptible section in which they obtained it.
public interface GuestMemory {
    long read(int pfn, int word);

    void write(int pfn, int word, long value);
}
