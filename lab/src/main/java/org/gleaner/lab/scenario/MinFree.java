package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// `vm.min_free_kbytes`: a size, or `auto` for what the kernel computes at boot.
///
/// @param size null for `auto`; a share is of the host's memory
public record MinFree(@Nullable Size size) {

    private static final String AUTO = "auto";
    private static final long LEAST_KIB = 128;
    private static final long MOST_KIB = 262_144;

    /// Reads `auto` or a size.
    @JsonCreator
    public static MinFree parse(String text) {
        return new MinFree(text.equals(AUTO) ? null : Size.parse(text));
    }

    /// In bytes, on a host of `hostBytes`. The kernel's formula is the square root of 16 times the
    /// memory in KiB, between 128 KiB and 256 MiB.
    public long bytes(long hostBytes) {
        if (size != null) {
            return size.bytes(hostBytes);
        }
        long kib = (long) Math.sqrt(16.0 * (hostBytes >> 10));
        return Math.clamp(kib, LEAST_KIB, MOST_KIB) << 10;
    }

    @JsonValue
    @Override
    public String toString() {
        return size == null ? AUTO : size.toString();
    }
}
