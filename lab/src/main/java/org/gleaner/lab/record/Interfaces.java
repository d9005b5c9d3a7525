package org.gleaner.lab.record;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AccessInterface;
import org.gleaner.lab.input.Input;
import org.jspecify.annotations.Nullable;

/// What this kernel has to tell accesses by, and which of it is used.
///
/// @param root of the file system that is looked at
record Interfaces(Path root) {

    static final Interfaces OF_THIS_KERNEL = new Interfaces(Path.of("/"));

    private static final String BITMAP = "sys/kernel/mm/page_idle/bitmap";

    /// What is used.
    ///
    /// @param unused what is not, and why, a phrase each
    record Chosen(AccessWatch watch, List<String> unused) {}

    /// The finest that the kernel allows.
    ///
    /// @param asked the only one to use; null for any
    /// @param everyNanos length of an interval
    /// @throws BadInput if `asked` is not to be had
    Chosen choose(Target target, @Nullable AccessInterface asked, long everyNanos) {
        List<String> refused = new ArrayList<>();
        for (AccessInterface each : AccessInterface.values()) {
            if (asked != null && asked != each) {
                refused.add(named(each) + " (not asked for)");
                continue;
            }
            try {
                AccessWatch watch = open(each, target, everyNanos);
                List<String> unused = new ArrayList<>(refused);
                List.of(AccessInterface.values())
                        .subList(each.ordinal() + 1, AccessInterface.values().length)
                        .forEach(coarser -> unused.add(named(coarser) + " (coarser)"));
                unused.add("lru_gen (" + lruGen() + ")");
                return new Chosen(watch, unused);
            } catch (IOException e) {
                refused.add(named(each) + " (" + e.getMessage() + ")");
            }
        }
        throw new BadInput(
                "--by " + Objects.requireNonNull(asked).label(),
                "is not to be had: " + String.join(", ", refused),
                "leave it out");
    }

    private static String named(AccessInterface each) {
        return switch (each) {
            case IDLE_PAGES -> "idle page tracking";
            case DAMON -> "DAMON";
            case SMAPS -> "clear_refs and smaps";
        };
    }

    /// @throws IOException with the reason, if it is not to be had
    private AccessWatch open(AccessInterface which, Target target, long everyNanos)
            throws IOException {
        return switch (which) {
            case IDLE_PAGES -> {
                if (!AccessWatch.IdlePages.usable(root.resolve(BITMAP), target)) {
                    throw new IOException(there(BITMAP) ? "root's" : "not built");
                }
                yield new AccessWatch.IdlePages(root.resolve(BITMAP), target);
            }
            case DAMON -> new DamonRegions(damon(target.pid(), everyNanos), target);
            case SMAPS -> new AccessWatch.ReferencedAreas(target);
        };
    }

    /// A monitor of somebody else's is left alone.
    private DamonFiles damon(long pid, long everyNanos) throws IOException {
        if (!there(DamonFiles.PLACE)) {
            throw new IOException("not built");
        }
        try {
            return DamonFiles.open(root, pid, everyNanos);
        } catch (AccessDeniedException e) {
            throw new IOException("root's", e);
        } catch (FileSystemException e) {
            throw new IOException("not usable: " + Input.reason(e), e);
        }
    }

    private String lruGen() {
        return there("sys/kernel/debug/lru_gen")
                ? "tells ages of a cgroup's pages, not which"
                : "not built, or no debugfs";
    }

    private boolean there(String path) {
        return Files.exists(root.resolve(path));
    }
}
