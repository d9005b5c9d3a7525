package org.gleaner.kvm.mmu;

/// Why leaves are zapped, as far as a second stage may make a difference of it.
public enum ZapCause {
    /// The host takes its page away, or the VM the guest's.
    GONE,

    /// The host changes what its page permits; the page stays, and so does what is known of its
    /// use.
    PROTECTION
}
