package org.gleaner.mm.swap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.memory.PageContents;

/// Swap in a real file, for the engine with real memory: page contents go to disk and come back, so
/// that a page lost on the way is seen by its checksum. Written in place, hence synchronous.
public final class SwapFile implements SwapDevice, AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final PageContents contents;
    private final int pageBytes;
    private final ByteBuffer[] buffers;

    /// Opens a temporary file that has no name any more: however the process ends, nothing of it
    /// stays.
    public SwapFile(PageContents contents, int maxCpus) {
        this.contents = contents;
        pageBytes = contents.words * Long.BYTES;
        buffers = new ByteBuffer[maxCpus];
        for (int i = 0; i < maxCpus; i++) {
            buffers[i] = ByteBuffer.allocateDirect(pageBytes);
        }
        try {
            path = Files.createTempFile("gleaner-swap", ".bin");
            // On Unix the name is deleted once the file is open.
            channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw new UncheckedIOException("no room for the swap file", e);
        }
    }

    @Override
    public boolean synchronous() {
        return true;
    }

    @Override
    public void write(Cpu cpu, int slot, int pfn) {
        ByteBuffer buffer = buffers[cpu.id].clear();
        buffer.asLongBuffer().put(contents.words(pfn), contents.base(pfn), contents.words);
        try {
            for (long at = (long) slot * pageBytes; buffer.hasRemaining(); ) {
                at += channel.write(buffer, at);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("swap file " + path, e);
        }
    }

    @Override
    public void read(Cpu cpu, int slot, int pfn) {
        ByteBuffer buffer = buffers[cpu.id].clear();
        try {
            for (long at = (long) slot * pageBytes; buffer.hasRemaining(); ) {
                int n = channel.read(buffer, at);
                if (n < 0) {
                    throw new IllegalStateException("swap slot " + slot + " was never written");
                }
                at += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("swap file " + path, e);
        }
        buffer.flip();
        buffer.asLongBuffer().get(contents.words(pfn), contents.base(pfn), contents.words);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("swap file " + path, e);
        }
    }
}
