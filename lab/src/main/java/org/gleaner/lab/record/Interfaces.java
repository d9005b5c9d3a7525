package org.gleaner.lab.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What this kernel has to tell accesses by, besides what every kernel has.
///
/// @param root of the file system that is looked at
record Interfaces(Path root) {

    static final Interfaces OF_THIS_KERNEL = new Interfaces(Path.of("/"));

    private static final String DAMON = "sys/kernel/mm/damon/admin/kdamonds";

    /// Those that are not used, and why, a phrase each.
    ///
    /// @param idlePages whether idle page tracking is what is used
    List<String> unused(boolean idlePages) {
        List<String> all = new ArrayList<>();
        if (!idlePages) {
            all.add(
                    "idle page tracking ("
                            + (there("sys/kernel/mm/page_idle/bitmap") ? "root's" : "not built")
                            + ")");
        }
        all.add("DAMON (" + damon() + ")");
        all.add(
                "lru_gen ("
                        + (there("sys/kernel/debug/lru_gen")
                                ? "tells ages of a cgroup's pages, not which"
                                : "not built, or no debugfs")
                        + ")");
        return all;
    }

    /// A monitor of somebody else's is left alone.
    private String damon() {
        if (!there(DAMON)) {
            return "not built";
        }
        String running = text(DAMON + "/nr_kdamonds");
        if (running.matches("[1-9]\\d*")) {
            return "in use by somebody else";
        }
        return "there: record with damo, and give its file";
    }

    private boolean there(String path) {
        return Files.exists(root.resolve(path));
    }

    private String text(String path) {
        try {
            return Files.readString(root.resolve(path)).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
