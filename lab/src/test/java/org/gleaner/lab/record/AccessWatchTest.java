package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What this machine's kernel may not have, over files like its own.
final class AccessWatchTest {

    private static final long PRESENT = 1L << 63;

    @TempDir Path directory;

    @Test
    void aPageIsAccessedWhoseIdleBitIsGone() throws IOException, Target.Gone {
        Target target =
                process(new long[] {PRESENT | 5, 0, PRESENT | 700, PRESENT | 64, PRESENT | 9});
        Path bitmap = Files.write(directory.resolve("bitmap"), new byte[1024]);
        List<Target.Area> areas = target.areas();
        assertThat(areas).containsExactly(new Target.Area(0, 5, 4, 3));
        assertThat(AccessWatch.IdlePages.usable(bitmap, target)).isTrue();

        AccessWatch tracking = new AccessWatch.IdlePages(bitmap, target);
        tracking.clear(areas);
        assertThat(bits(bitmap)).containsExactly(5L, 9L, 64L, 700L);
        tracking.look(areas);
        assertThat(tracking.accessed(areas).pages().pages()).isZero();

        put(bitmap, 64, false);
        put(bitmap, 9, false);
        tracking.look(areas);
        List<Long> pages = new ArrayList<>();
        tracking.accessed(areas).pages().forEach(pages::add);
        assertThat(pages).containsExactly(3L, 4L);
    }

    @Test
    void idlePageTrackingIsOfNoUseWithoutFrames() throws IOException {
        Target target = process(new long[] {PRESENT, PRESENT});
        Path bitmap = Files.write(directory.resolve("bitmap"), new byte[64]);

        assertThat(AccessWatch.IdlePages.usable(bitmap, target)).isFalse();
        assertThat(AccessWatch.IdlePages.usable(directory.resolve("none"), target)).isFalse();
    }

    @Test
    void allResidentPagesOfAnAreaAreTakenToBeAccessed() throws IOException, Target.Gone {
        Target target = process(new long[] {PRESENT, 0, PRESENT, PRESENT, PRESENT});
        AccessWatch tracking = new AccessWatch.ReferencedAreas(target);
        tracking.clear(target.areas());
        AccessWatch.Accessed accessed = tracking.accessed(target.areas());

        assertThat(Files.readString(directory.resolve("clear_refs"))).isEqualTo("1");
        assertThat(accessed.pages().pages()).isEqualTo(4);
        assertThat(accessed.pages().has(1)).isFalse();
        assertThat(accessed.known()).isEqualTo(3);
    }

    @Test
    void whatAKernelHasIsTold() throws IOException {
        Interfaces interfaces = new Interfaces(directory);
        assertThat(interfaces.unused(false))
                .containsExactly(
                        "idle page tracking (not built)",
                        "DAMON (not built)",
                        "lru_gen (not built, or no debugfs)");
        Path mm = Files.createDirectories(directory.resolve("sys/kernel/mm"));
        Files.createDirectories(mm.resolve("page_idle/bitmap"));
        Path damon = Files.createDirectories(mm.resolve("damon/admin/kdamonds"));
        Files.writeString(damon.resolve("nr_kdamonds"), "0\n");
        Files.createDirectories(directory.resolve("sys/kernel/debug/lru_gen"));
        assertThat(interfaces.unused(false))
                .containsExactly(
                        "idle page tracking (root's)",
                        "DAMON (there: record with damo, and give its file)",
                        "lru_gen (tells ages of a cgroup's pages, not which)");
        Files.writeString(damon.resolve("nr_kdamonds"), "1\n");
        assertThat(interfaces.unused(true)).contains("DAMON (in use by somebody else)").hasSize(2);
    }

    /// A process with one area of the pages 0 to 4.
    private Target process(long[] entries) throws IOException {
        Files.writeString(
                directory.resolve("smaps"),
                """
                00000000-00005000 rw-p 00000000 00:00 0
                Size:                 20 kB
                Rss:                  16 kB
                Referenced:           12 kB
                VmFlags: rd wr
                """);
        ByteBuffer map = ByteBuffer.allocate(5 * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long entry : entries) {
            map.putLong(entry);
        }
        Files.write(directory.resolve("pagemap"), map.array());
        return new Target(1, directory);
    }

    private static List<Long> bits(Path bitmap) throws IOException {
        ByteBuffer words =
                ByteBuffer.wrap(Files.readAllBytes(bitmap)).order(ByteOrder.nativeOrder());
        List<Long> set = new ArrayList<>();
        for (int i = 0; i < words.capacity() * 8; i++) {
            if ((words.getLong(i / 64 * 8) >>> i & 1) != 0) {
                set.add((long) i);
            }
        }
        return set;
    }

    private static void put(Path bitmap, int bit, boolean on) throws IOException {
        ByteBuffer words =
                ByteBuffer.wrap(Files.readAllBytes(bitmap)).order(ByteOrder.nativeOrder());
        long word = words.getLong(bit / 64 * 8) & ~(1L << bit) | (on ? 1L << bit : 0);
        words.putLong(bit / 64 * 8, word);
        Files.write(bitmap, words.array());
    }
}
