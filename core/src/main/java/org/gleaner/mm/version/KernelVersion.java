package org.gleaner.mm.version;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The kernels whose reclaim a host can follow. Each stands for one exact release, for even stable
/// updates change what is evicted.
public enum KernelVersion {
    /// 6.1.192.
    V6_1("6.1"),

    /// 6.12.107.
    V6_12("6.12"),

    /// 6.18.15.
    V6_18("6.18"),

    /// 7.2.12.
    V7_2("7.2");

    private final String id;

    KernelVersion(String id) {
        this.id = id;
    }

    /// The name on the command line and in reports.
    public String id() {
        return id;
    }

    /// The version called `name`.
    ///
    /// @throws IllegalArgumentException if there is none; the message names them all
    public static KernelVersion forName(String name) {
        for (KernelVersion version : values()) {
            if (version.id.equals(name)) {
                return version;
            }
        }
        String known =
                Arrays.stream(values()).map(KernelVersion::id).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("no kernel '" + name + "'; known: " + known);
    }

    public boolean isBefore(KernelVersion other) {
        return compareTo(other) < 0;
    }

    @Override
    public String toString() {
        return id;
    }
}
