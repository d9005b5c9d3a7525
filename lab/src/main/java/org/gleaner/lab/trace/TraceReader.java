package org.gleaner.lab.trace;

import com.github.luben.zstd.ZstdIOException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;

/// Reads traces: a stream of little-endian 32-bit words, one per access, with the page number in
/// bits 0-30 and bit 31 set for a write; plain or compressed with xz or zstd.
///
/// Decompresses as it reads; the words are all that is held. What does not fit the heap is refused
/// as soon as that is known, so one reader reads all traces that are held at once.
public final class TraceReader {

    private static final String AGAIN = "record or copy it again";
    private static final int MAGIC_BYTES = 8;

    /// Bytes for each access while a trace is read, and again while it is replayed: the words and a
    /// copy.
    private static final int NEED = 2 * Integer.BYTES;

    private final Input input;
    private final boolean forced;
    private final Heap heap;
    private long held;

    /// @param forced whether files are read whatever they are called and whatever they look like
    public TraceReader(Input input, boolean forced, Heap heap) {
        this.input = input;
        this.forced = forced;
        this.heap = heap;
    }

    /// Reads and interns a whole trace, which has to look like one.
    ///
    /// @throws BadInput as [#trace] does
    public static Trace read(Path file) {
        return new TraceReader(Input.ofProcess(), false, Heap.ofProcess()).trace(file);
    }

    /// Reads and interns a whole trace. Its name says how it is packed, unless it is
    /// [Input#STANDARD] or a FIFO: then its first bytes do.
    ///
    /// @throws BadInput if the file is missing, not a file, of no known format, empty, cut short,
    ///     damaged, not made of whole words, or too long for the heap; the place is the file, with
    ///     the byte where there is one
    public Trace trace(Path file) {
        if (Files.isDirectory(file)) {
            throw bad(file, "is a directory", "name a file in it ending in " + Packing.SUFFIXES);
        }
        boolean stream = Input.isStream(file);
        if (!stream && !Files.exists(file)) {
            String mend = "check the path, or name a bundled trace such as sqlite";
            throw bad(file, "no such file", mend, new NoSuchFileException(file.toString()));
        }
        if (Packing.of(file) == null && !stream && !forced) {
            throw bad(
                    file,
                    "is no known trace format (" + Packing.SUFFIXES + ")",
                    "convert it, or add --format u32 if it holds 32-bit page numbers");
        }
        Trace trace = Interning.intern(nameOf(file), new One(file).words());
        held += (long) trace.accesses().length * Integer.BYTES;
        return trace;
    }

    /// The name of the trace in a file: without directory and known suffix.
    static String nameOf(Path file) {
        Packing packing = Packing.of(file);
        String name = file.equals(Input.STANDARD) ? "stdin" : String.valueOf(file.getFileName());
        int suffix = packing == null ? 0 : packing.suffix.length();
        return name.substring(0, name.length() - suffix);
    }

    /// One file while it is read.
    private final class One {
        private final Path file;
        private final Words words = new Words((heap.room() - held) / NEED);
        private Packing packing = Packing.RAW;

        One(Path file) {
            this.file = file;
        }

        int[] words() {
            try {
                foresee();
                return input.read(file, this::read);
            } catch (AccessDeniedException e) {
                throw bad(file, "may not be read", "ask for the right to read it", e);
            } catch (IOException e) {
                throw bad(file, "cannot be read (" + Input.reason(e) + ")", "check the file", e);
            } catch (OutOfMemoryError e) {
                throw tooLong("more than ", words.bytes() / Integer.BYTES * NEED);
            }
        }

        private int[] read(InputStream in) throws IOException {
            Counting source = new Counting(in);
            unpack(source);
            int[] taken = words.take();
            check(taken);
            return taken;
        }

        private void unpack(Counting source) throws IOException {
            PushbackInputStream ahead = new PushbackInputStream(source, MAGIC_BYTES);
            byte[] first = ahead.readNBytes(MAGIC_BYTES);
            ahead.unread(first);
            Packing named = Packing.of(file);
            packing = named == null || named == Packing.RAW ? Packing.of(first) : named;
            try (InputStream bytes = packing.unpack(ahead)) {
                words.fill(bytes);
            } catch (Words.TooMany e) {
                throw tooLong(source);
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

        /// Refuses a plain file that cannot fit before any of it is read.
        private void foresee() throws IOException {
            if (Input.isStream(file) || Packing.of(file) != Packing.RAW) {
                return;
            }
            long accesses = Files.size(file) / Integer.BYTES;
            if (accesses > Words.MOST) {
                throw tooMany();
            }
            if (held + accesses * NEED > heap.room()) {
                throw tooLong("", accesses * NEED);
            }
        }

        private BadInput tooLong(Counting source) throws IOException {
            long read = words.bytes() * 2;
            if (words.bytes() / Integer.BYTES > Words.MOST) {
                return tooMany();
            }
            if (Input.isStream(file)) {
                return tooLong("more than ", read);
            }
            double whole = (double) Files.size(file) / Math.max(1, source.count());
            return tooLong("about ", (long) (read * Math.max(1, whole)));
        }

        private BadInput tooLong(String howMuch, long bytes) {
            String others = held == 0 ? "" : " besides the traces before it";
            return bad(
                    file,
                    "needs " + howMuch + heap.shortage(bytes) + others,
                    "set " + Heap.option(held + bytes) + ", or replay a part of it");
        }

        private BadInput tooMany() {
            return bad(
                    file,
                    "has more than " + Words.MOST + " accesses, the most that are read",
                    "replay a part of it");
        }

        private void check(int[] taken) {
            if (words.bytes() == 0) {
                throw bad(file, "holds no accesses", "give a file with at least one 4-byte word");
            }
            Verdict verdict = forced ? null : Verdict.of(taken);
            if (verdict != null && verdict.refused()) {
                throw bad(file, verdict.what(), verdict.mend());
            }
            if (words.bytes() % Integer.BYTES != 0 && verdict != null) {
                throw bad(file, verdict.what() + ", and a last word cut short", verdict.mend());
            }
            if (words.bytes() % Integer.BYTES != 0) {
                throw new BadInput(
                        place(words.bytes()),
                        "the last word has " + words.bytes() % Integer.BYTES + " of its 4 bytes",
                        AGAIN);
            }
            if (verdict != null) {
                input.say().accept(bad(file, verdict.what(), verdict.mend()).getMessage());
            }
        }

        private BadInput endsEarly(Counting source, IOException e) {
            return source.count() == 0
                    ? bad(file, "is empty", AGAIN, e)
                    : new BadInput(place(source.count()), "the file ends too early", AGAIN, e);
        }

        private BadInput damaged(Counting source, IOException e) {
            return new BadInput(place(source.count()), "damaged: " + Input.reason(e), AGAIN, e);
        }

        private String place(long bytes) {
            return Input.place(file) + ", byte " + bytes;
        }
    }

    private static BadInput bad(Path file, String what, String mend) {
        return new BadInput(Input.place(file), what, mend);
    }

    private static BadInput bad(Path file, String what, String mend, IOException e) {
        return new BadInput(Input.place(file), what, mend, e);
    }
}
