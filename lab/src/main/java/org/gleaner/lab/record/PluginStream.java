package org.gleaner.lab.record;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.gleaner.lab.trace.format.AccessSink;

/// What the plugin sends of one process, block by block; the layout is `struct block` of
/// `pagetrace.c`.
///
/// The totals at the head of each block are the process's own so far, so those of the last block
/// are right even if the process was killed after it.
final class PluginStream {

    /// Records in a full block.
    static final int BLOCK_RECORDS = 1016;

    private static final int MAGIC = 0x31425047;
    private static final int GREETING_MAGIC = 0x31485047;
    private static final int GREETING = 128;
    private static final int NAME = 12;
    private static final int HEAD = 64;
    private static final long WRITE = 1L << 52;
    private static final long PAGE = WRITE - 1;
    private static final int VCPU_SHIFT = 53;

    private final ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.nativeOrder());
    private final ByteBuffer records =
            ByteBuffer.allocate(BLOCK_RECORDS * Long.BYTES).order(ByteOrder.nativeOrder());
    private final ReadableByteChannel from;

    PluginStream(ReadableByteChannel from) {
        this.from = from;
    }

    /// Who sends.
    ///
    /// @param resumed whether the process had another connection before, and closed it
    /// @param name the program's, without its directory; empty for a machine
    record Greeting(int pid, boolean resumed, String name) {}

    /// Waits for what comes first.
    ///
    /// @throws IOException if the channel fails, or what comes is no greeting
    Greeting greeting() throws IOException {
        ByteBuffer greeting = ByteBuffer.allocate(GREETING).order(ByteOrder.nativeOrder());
        if (!fill(greeting, true) || greeting.getInt(0) != GREETING_MAGIC) {
            throw new IOException("the plugin did not say who it is");
        }
        int end = NAME;
        while (end < GREETING && greeting.get(end) != 0) {
            end++;
        }
        String name = new String(greeting.array(), NAME, end - NAME, StandardCharsets.UTF_8);
        return new Greeting(greeting.getInt(4), greeting.getInt(8) != 0, name);
    }

    /// Waits for the next block.
    ///
    /// @return whether there was one; else the process has ended, or closed its end
    /// @throws IOException if the channel fails, or what comes is no block
    boolean next() throws IOException {
        if (!fill(head.clear(), true)) {
            return false;
        }
        int count = head.getInt(Integer.BYTES);
        if (head.getInt(0) != MAGIC || count < 0 || count > BLOCK_RECORDS) {
            throw new IOException("the plugin sent something else than a block");
        }
        fill(records.clear().limit(count * Long.BYTES), false);
        return true;
    }

    /// Hands on the records of the block. The vCPU and the time are said where they change.
    void to(AccessSink sink, long startNanos) {
        long cpu = -1;
        if (records.hasRemaining()) {
            sink.time(Math.max(0, head.getLong(56) - startNanos));
        }
        while (records.hasRemaining()) {
            long word = records.getLong();
            if (word >>> VCPU_SHIFT != cpu) {
                cpu = word >>> VCPU_SHIFT;
                sink.cpu(cpu);
            }
            sink.access(word & PAGE, (word & WRITE) != 0);
        }
    }

    /// Records of the block.
    int count() {
        return head.getInt(4);
    }

    /// What the process had done when it sent the block.
    Totals totals() {
        return new Totals(
                head.getLong(8),
                head.getLong(16),
                head.getLong(24),
                head.getLong(32),
                head.getLong(40),
                head.getInt(48) & 0xffffffffL);
    }

    private boolean fill(ByteBuffer buffer, boolean mayEnd) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 0) {
                if (mayEnd && buffer.position() == 0) {
                    return false;
                }
                throw new EOFException();
            }
        }
        buffer.flip();
        return true;
    }
}
