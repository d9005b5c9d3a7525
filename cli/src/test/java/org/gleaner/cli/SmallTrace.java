package org.gleaner.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Traces that tests write.
final class SmallTrace {
    private SmallTrace() {}

    /// A new file of 32-bit words.
    static void write(Path file, int... words) throws IOException {
        Files.createDirectories(file.getParent());
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        Files.write(file, bytes.array());
    }
}
