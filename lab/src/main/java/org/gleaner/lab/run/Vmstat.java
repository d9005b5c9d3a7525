package org.gleaner.lab.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps the order in which an executor names its counters, which is that of `/proc/vmstat`.
final class Vmstat {

    private Vmstat() {}

    static <V> Map<String, V> copyOf(Map<String, V> counters) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(counters));
    }
}
