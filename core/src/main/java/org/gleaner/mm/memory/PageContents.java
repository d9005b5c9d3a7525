package org.gleaner.mm.memory;

import java.util.Arrays;
import org.gleaner.machine.Cpu;

/// What is in the page frames, where the engine has real memory. Guest accesses race as they do on
/// a real machine: a reader sees some value that was written, words do not tear.
public final class PageContents implements FrameContents {
    /// 64-bit words of a page.
    public static final int WORDS = 512;

    /// 64 KiB, which is a small object to every collector.
    private static final int FRAMES_PER_CHUNK = 16;

    private final long[][] chunks;

    public PageContents(int frames) {
        chunks = new long[(frames + FRAMES_PER_CHUNK - 1) / FRAMES_PER_CHUNK][];
        Arrays.setAll(chunks, i -> new long[FRAMES_PER_CHUNK * WORDS]);
    }

    /// The array that holds the frame's words, from [#base].
    public long[] words(int frame) {
        return chunks[frame / FRAMES_PER_CHUNK];
    }

    public int base(int frame) {
        return frame % FRAMES_PER_CHUNK * WORDS;
    }

    @Override
    public void zero(Cpu cpu, int frame, int pages) {
        for (int i = frame; i < frame + pages; i++) {
            int base = base(i);
            Arrays.fill(words(i), base, base + WORDS, 0);
        }
    }

    @Override
    public boolean isSame(Cpu cpu, int one, int other) {
        int a = base(one);
        int b = base(other);
        return Arrays.equals(words(one), a, a + WORDS, words(other), b, b + WORDS);
    }

    @Override
    public void copy(Cpu cpu, int from, int to) {
        System.arraycopy(words(from), base(from), words(to), base(to), WORDS);
    }
}
