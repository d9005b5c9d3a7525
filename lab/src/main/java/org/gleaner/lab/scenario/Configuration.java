package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.KvmChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PfnChoice;
import org.jspecify.annotations.Nullable;

/// One of the things that a scenario compares. In a file, what is left out is the host's; a
/// left-out aging design is the one that the kernel was released with.
///
/// @param kvm null for that of the kernel that the aging design belongs to
/// @param pfn null for that of the guest's KVM
/// @param flush null for what the aging design does
public record Configuration(
        @JsonPropertyDescription("Heads its column: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Which reclaim runs; default host.lru.") Lru lru,
        @JsonPropertyDescription("Whose reclaim rules hold; default host.kernel.") Kernel kernel,
        @JsonPropertyDescription("How KVM is asked for young pages; default the kernel's own.")
                AgingChoice aging,
        @JsonPropertyDescription("The host's processor; default host.arch.") ArchChoice arch,
        @JsonPropertyDescription(
                        "Whether it sets accessed bits by itself; default host.hardwareAccessed.")
                boolean hardwareAccessed,
        @JsonPropertyDescription("The host's base page; default host.pageSize.")
                PageSizeChoice pageSize,
        @JsonPropertyDescription(
                        "Whose KVM it is; default that of the kernel that the aging design belongs to.")
                @MayBeLeftOut
                @Nullable KvmChoice kvm,
        @JsonPropertyDescription("How KVM gets hold of host pages; default that of its release.")
                @MayBeLeftOut
                @Nullable PfnChoice pfn,
        @JsonPropertyDescription(
                        "Whether a look that finds a page young flushes; default as the aging design does.")
                @MayBeLeftOut
                @Nullable Boolean flush) {

    /// One of an x86 host that does not say how KVM gets hold of host pages.
    public Configuration(String name, Lru lru, Kernel kernel, AgingChoice aging) {
        this(
                name,
                lru,
                kernel,
                aging,
                ArchChoice.X86,
                true,
                PageSizeChoice.KIB_4,
                null,
                null,
                null);
    }

    /// The same under another name.
    public Configuration named(String other) {
        return new Configuration(
                other, lru, kernel, aging, arch, hardwareAccessed, pageSize, kvm, pfn, flush);
    }

    /// Whether it lacks a flush that its aging design has.
    public boolean withoutFlush() {
        return Boolean.FALSE.equals(flush);
    }

    /// The host's processor, for people.
    public String processor() {
        String flag = hardwareAccessed ? "" : " without a hardware access flag";
        String pages = pageSize == PageSizeChoice.KIB_4 ? "" : ", " + pageSize.label() + " pages";
        return arch.label() + flag + pages;
    }

    /// What `lru_gen/enabled` reads on such a host: of the bits that the scenario sets those that
    /// the processor offers.
    public LruGenChoice lruGen(HostSettings host) {
        return arch.offers(host.lruGen(), hardwareAccessed);
    }
}
