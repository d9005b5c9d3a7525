package org.gleaner.mm.memory;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.PageSize;

/// What is in the page frames, where the engine has real memory. Guest accesses race as they do on
/// a real machine: a reader sees some value that was written, words do not tear.
public final class PageContents implements FrameContents {
    /// Bytes of a chunk, which is a small object to every collector.
    private static final int CHUNK = 64 << 10;

    /// 64-bit words of a page.
    public final int words;

    private final int framesPerChunk;
    private final long[][] chunks;

    public PageContents(PageSize page, int frames) {
        words = page.words();
        framesPerChunk = Math.max(1, CHUNK / page.bytes());
        chunks = new long[Math.ceilDiv(frames, framesPerChunk)][];
        Arrays.setAll(chunks, i -> new long[framesPerChunk * words]);
    }

    /// The array that holds the frame's words, from [#base].
    public long[] words(int frame) {
        return chunks[frame / framesPerChunk];
    }

    public int base(int frame) {
        return frame % framesPerChunk * words;
    }

    @Override
    public void zero(Cpu cpu, int frame, int pages) {
        for (int i = frame; i < frame + pages; i++) {
            int base = base(i);
            Arrays.fill(words(i), base, base + words, 0);
        }
    }

    @Override
    public boolean isSame(Cpu cpu, int one, int other) {
        int a = base(one);
        int b = base(other);
        return Arrays.equals(words(one), a, a + words, words(other), b, b + words);
    }

    @Override
    public void copy(Cpu cpu, int from, int to) {
        System.arraycopy(words(from), base(from), words(to), base(to), words);
    }
}
