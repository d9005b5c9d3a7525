package org.gleaner.lab.trace;

import com.github.luben.zstd.ZstdIOException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.jspecify.annotations.Nullable;

/// Reads `*.u32`, `*.u32.xz` and `*.u32.zst`: a stream of little-endian 32-bit words, one per
/// access, with the page number in bits 0-30 and bit 31 set for a write.
///
/// Decompresses as it reads; the words are all that is held.
public final class TraceReader {

    private static final String AGAIN = "record or copy it again";
    private static final int XZ_MAGIC = 0x587a37fd;
    private static final int ZSTD_MAGIC = 0xfd2fb528;

    private final Path file;
    private final Packing packing;

    private TraceReader(Path file, Packing packing) {
        this.file = file;
        this.packing = packing;
    }

    /// Reads and interns a whole trace.
    ///
    /// @throws BadInput if the file is missing, not a file, of no known format, empty, cut short,
    ///     damaged or not made of whole words; the place is the file, with the byte where there is
    ///     one
    public static Trace read(Path file) {
        if (Files.isDirectory(file)) {
            throw bad(file, "is a directory", "name a file in it ending in " + Packing.SUFFIXES);
        }
        if (!Files.exists(file)) {
            throw missing(file);
        }
        Packing packing = Packing.of(file);
        if (packing == null) {
            throw bad(
                    file, "is no known trace format", "name a file ending in " + Packing.SUFFIXES);
        }
        int[] words = new TraceReader(file, packing).words();
        return Interning.intern(nameOf(file), words);
    }

    /// The name of the trace in a file: without directory and known suffix.
    static String nameOf(Path file) {
        Packing packing = Packing.of(file);
        String name = String.valueOf(file.getFileName());
        int suffix = packing == null ? 0 : packing.suffix.length();
        return name.substring(0, name.length() - suffix);
    }

    private int[] words() {
        Words words = new Words();
        try (Counting source = new Counting(Files.newInputStream(file))) {
            unpackInto(words, source);
        } catch (AccessDeniedException e) {
            throw bad(file, "may not be read", "ask for the right to read it", e);
        } catch (IOException e) {
            throw bad(file, "cannot be read (" + reason(e) + ")", "check the file", e);
        }
        int[] taken = words.take();
        check(words.bytes(), taken);
        return taken;
    }

    private void unpackInto(Words words, Counting source) throws IOException {
        try (InputStream bytes = packing.unpack(source)) {
            words.fill(bytes);
        } catch (EOFException e) {
            throw endsEarly(source, e);
        } catch (ZstdIOException e) {
            throw "Truncated source".equals(e.getMessage())
                    ? endsEarly(source, e)
                    : damaged(source, e);
        } catch (IOException e) {
            if (packing == Packing.RAW || source.threw(e)) {
                throw e;
            }
            throw damaged(source, e);
        }
    }

    private void check(long bytes, int[] words) {
        if (bytes == 0) {
            throw bad(file, "holds no accesses", "give a file with at least one 4-byte word");
        }
        if (bytes % Integer.BYTES != 0) {
            throw bad(
                    place(bytes),
                    "the last word has " + bytes % Integer.BYTES + " of its 4 bytes",
                    AGAIN);
        }
        if (packing == Packing.RAW && (words[0] == XZ_MAGIC || words[0] == ZSTD_MAGIC)) {
            String suffix = words[0] == XZ_MAGIC ? "xz" : "zst";
            throw bad(file, "is compressed", "rename it to end in .u32." + suffix);
        }
    }

    private BadInput endsEarly(Counting source, IOException e) {
        return source.count() == 0
                ? bad(file, "is empty", AGAIN, e)
                : bad(place(source.count()), "the file ends too early", AGAIN, e);
    }

    private BadInput damaged(Counting source, IOException e) {
        return bad(place(source.count()), "damaged: " + reason(e), AGAIN, e);
    }

    private String place(long bytes) {
        return file + ", byte " + bytes;
    }

    private static BadInput missing(Path file) {
        String mend = "check the path, or name a bundled trace such as sqlite";
        return bad(file, "no such file", mend, new NoSuchFileException(file.toString()));
    }

    private static BadInput bad(Object where, String what, String mend) {
        return bad(where, what, mend, null);
    }

    private static BadInput bad(Object where, String what, String mend, @Nullable Exception e) {
        return new BadInput(where.toString(), what, mend, e);
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
    }
}
