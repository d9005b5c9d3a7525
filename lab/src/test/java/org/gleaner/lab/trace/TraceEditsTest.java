package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.format.AccessSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceEditsTest {

    @TempDir private Path directory;

    @Test
    void aCutIsTheAccessesAsked() throws IOException {
        TraceFile whole = trace("t", 5, 6, 7, 8, 9, 5);
        TraceWritten written = TraceEdits.cut(whole, 2, 3, directory.resolve("cut.gpt"));

        assertThat(written.accesses()).isEqualTo(3);
        assertThat(lines(directory.resolve("cut.gpt"))).containsExactly("7", "8", "9");
        TraceWritten rest = TraceEdits.cut(whole, 4, Long.MAX_VALUE, directory.resolve("rest.gpt"));
        assertThat(rest.accesses()).isEqualTo(2);
        TraceWritten again =
                TraceEdits.cut(
                        file(directory.resolve("cut.gpt")), 1, 1, directory.resolve("c2.gpt"));
        assertThat(lines(directory.resolve("c2.gpt"))).containsExactly("8");
        assertThat(again.properties()).containsEntry("source-format", "u32");
        assertThatThrownBy(() -> TraceEdits.cut(whole, 6, 1, directory.resolve("none.gpt")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("has only 6 accesses");
        assertThat(directory.resolve("none.gpt")).doesNotExist();
    }

    @Test
    void aFileThatIsThereIsLeftAlone() throws IOException {
        Path taken = Files.writeString(directory.resolve("taken.gpt"), "mine");
        TraceFile whole = trace("t", 1, 2);
        assertThatThrownBy(() -> TraceEdits.convert(whole, taken))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is there already");
        assertThat(taken).hasContent("mine");
    }

    @Test
    void tracesWithoutTimesAreMergedByRate() throws IOException {
        TraceFile slow = trace("slow", 1, 2);
        TraceFile fast = trace("fast", 1, 2, 3, 4);
        TraceWritten merged =
                TraceEdits.merge(List.of(slow, fast), directory.resolve("merged.gpt"));

        assertThat(merged.properties()).containsEntry("interleaved", "by rate");
        assertThat(merged.distinctPages()).isEqualTo(6);
        assertThat(lines(directory.resolve("merged.gpt")))
                .containsExactly("slow 1", "fast 1", "fast 2", "slow 2", "fast 3", "fast 4");
        try (var left = Files.list(directory)) {
            assertThat(left.filter(f -> f.getFileName().toString().startsWith("."))).isEmpty();
        }
    }

    @Test
    void tracesWithTimesAreMergedByThem() throws IOException {
        Path one = timed("one.gpt", 100, 5, 110, 6, 300, 7);
        Path two = timed("two.gpt", 7_000, 5, 7_050, 6, 7_400, 7);
        TraceWritten merged =
                TraceEdits.merge(List.of(file(one), file(two)), directory.resolve("m.gpt"));

        assertThat(merged.properties()).containsEntry("interleaved", "by time");
        assertThat(lines(directory.resolve("m.gpt")))
                .containsExactly("one 5", "two 5", "one 6", "two 6", "one 7", "two 7");
    }

    @Test
    void aTraceMergedWithItselfIsTwo() throws IOException {
        TraceFile t = trace("t", 1, 2);
        TraceWritten merged = TraceEdits.merge(List.of(t, t), directory.resolve("m.gpt"));
        assertThat(merged.distinctPages()).isEqualTo(4);
        assertThat(lines(directory.resolve("m.gpt")))
                .containsExactly("t 1", "t-2 1", "t 2", "t-2 2");
    }

    private Path timed(String name, long... timesAndPages) {
        Path path = directory.resolve(name);
        TraceWritten.to(
                path,
                sink -> {
                    for (int i = 0; i < timesAndPages.length; i += 2) {
                        sink.time(timesAndPages[i]);
                        sink.access(timesAndPages[i + 1], false);
                    }
                    return new TraceWritten.Ending(Map.of(), null, List.of());
                });
        return path;
    }

    private TraceFile trace(String name, int... pages) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(pages.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(pages);
        return file(Files.write(directory.resolve(name + ".u32"), bytes.array()));
    }

    private static TraceFile file(Path path) {
        return new TraceFile(path, Input.ofProcess(), null);
    }

    /// The accesses of a file, `space page`.
    private static List<String> lines(Path path) {
        List<String> lines = new ArrayList<>();
        file(path)
                .read(
                        new AccessSink() {
                            private String space = "";

                            @Override
                            public void access(long page, boolean write) {
                                lines.add(space + page);
                            }

                            @Override
                            public void space(int of, String name) {
                                space = name + " ";
                            }
                        });
        return lines;
    }
}
