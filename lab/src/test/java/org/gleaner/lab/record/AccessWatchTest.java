package org.gleaner.lab.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AccessInterface;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What this machine's kernel may not have, over files like its own.
final class AccessWatchTest {

    private static final long PRESENT = 1L << 63;
    private static final long SECOND = 1_000_000_000;

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
        Target target = process(new long[] {PRESENT, PRESENT});
        Interfaces.Chosen chosen = interfaces.choose(target, null, SECOND);
        assertThat(chosen.watch()).isInstanceOf(AccessWatch.ReferencedAreas.class);
        assertThat(chosen.unused())
                .containsExactly(
                        "idle page tracking (not built)",
                        "DAMON (not built)",
                        "lru_gen (not built, or no debugfs)");
        assertThatThrownBy(() -> interfaces.choose(target, AccessInterface.DAMON, SECOND))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--by damon: is not to be had: ")
                .hasMessageContaining("DAMON (not built)");

        Files.createDirectories(directory.resolve("sys/kernel/mm/page_idle/bitmap"));
        Files.createDirectories(directory.resolve("sys/kernel/debug/lru_gen"));
        Path damon = damon();
        Files.writeString(damon.resolve("nr_kdamonds"), "1\n");
        chosen = interfaces.choose(target, null, SECOND);
        assertThat(chosen.watch()).isInstanceOf(AccessWatch.ReferencedAreas.class);
        assertThat(chosen.unused())
                .containsExactly(
                        "idle page tracking (root's)",
                        "DAMON (in use by somebody else)",
                        "lru_gen (tells ages of a cgroup's pages, not which)");
        assertThat(damon.resolve("nr_kdamonds")).hasContent("1\n");
        assertThat(interfaces.choose(target, AccessInterface.SMAPS, SECOND).unused())
                .contains("DAMON (not asked for)");
    }

    @Test
    void damonMonitorsTheProcessAndIsTakenAwayAgain() throws IOException, Target.Gone {
        Target target = process(new long[] {PRESENT, PRESENT, 0, PRESENT, PRESENT});
        Path damon = damon();
        Interfaces.Chosen chosen = new Interfaces(directory).choose(target, null, SECOND);
        assertThat(chosen.unused()).contains("clear_refs and smaps (coarser)");
        try (AccessWatch watch = chosen.watch()) {
            assertThat(watch).isInstanceOf(DamonRegions.class);
            assertThat(damon.resolve("nr_kdamonds")).hasContent("1");
            assertThat(damon.resolve("0/contexts/0/operations")).hasContent("vaddr");
            assertThat(damon.resolve("0/contexts/0/targets/0/pid_target")).hasContent("1");
            Path intervals = damon.resolve("0/contexts/0/monitoring_attrs/intervals");
            assertThat(intervals.resolve("sample_us")).hasContent("5000");
            assertThat(intervals.resolve("aggr_us")).hasContent("1000000");
            assertThat(damon.resolve("0/state")).hasContent("off");

            watch.clear(target.areas());
            assertThat(damon.resolve("0/state")).hasContent("on");
            region(damon, 0, 12_288, 16_384, 7);
            region(damon, 1, 4096, 12_288, 1);
            region(damon, 2, 16_384, 20_480, 0);
            watch.look(target.areas());
            assertThat(damon.resolve("0/state")).hasContent("update_schemes_tried_regions");
            AccessWatch.Accessed accessed = watch.accessed(target.areas());
            List<Long> pages = new ArrayList<>();
            accessed.pages().forEach(pages::add);
            assertThat(pages).containsExactly(1L, 3L);
            assertThat(accessed.known()).isEqualTo(2);
            assertThat(accessed.largest()).isEqualTo(1);
        }
        assertThat(damon.resolve("0/state")).hasContent("off");
        assertThat(damon.resolve("nr_kdamonds")).hasContent("0");
    }

    @Test
    void aDamonThatRefusesIsLeftAsItWas() throws IOException {
        Target target = process(new long[] {PRESENT, PRESENT});
        Path damon = damon();
        Files.delete(damon.resolve("0/contexts/0/operations"));
        Files.createDirectory(damon.resolve("0/contexts/0/operations"));
        Interfaces.Chosen chosen = new Interfaces(directory).choose(target, null, SECOND);

        assertThat(chosen.watch()).isInstanceOf(AccessWatch.ReferencedAreas.class);
        assertThat(chosen.unused().get(1)).startsWith("DAMON (not usable: ");
        assertThat(damon.resolve("nr_kdamonds")).hasContent("0");
    }

    /// A tree like DAMON's, of a kernel in which nothing happens by itself.
    private Path damon() throws IOException {
        Path damon = Files.createDirectories(directory.resolve(DamonFiles.PLACE));
        Files.writeString(damon.resolve("nr_kdamonds"), "0\n");
        Path context = damon.resolve("0/contexts/0");
        for (String each :
                List.of(
                        "monitoring_attrs/intervals",
                        "monitoring_attrs/nr_regions",
                        "targets/0",
                        "schemes/0/tried_regions",
                        "schemes/0/access_pattern/sz",
                        "schemes/0/access_pattern/nr_accesses",
                        "schemes/0/access_pattern/age")) {
            Files.createDirectories(context.resolve(each));
        }
        Files.writeString(damon.resolve("0/state"), "off");
        Files.writeString(context.resolve("operations"), "paddr");
        return damon;
    }

    private static void region(Path damon, int i, long start, long end, int samples)
            throws IOException {
        Path region =
                Files.createDirectories(damon.resolve("0/contexts/0/schemes/0/tried_regions/" + i));
        Files.writeString(region.resolve("start"), start + "\n");
        Files.writeString(region.resolve("end"), end + "\n");
        Files.writeString(region.resolve("nr_accesses"), samples + "\n");
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
