package org.gleaner.lab.trace.container;

import com.github.luben.zstd.ZstdIOException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.jspecify.annotations.Nullable;

/// Opens a file and unpacks what it is packed in, as often as two times over: a compressed file may
/// hold another, or an archive compressed ones.
///
/// A fault of the packing becomes a line with the file and the byte of it; one of the file itself
/// stays what it is.
public final class Unpacking {

    private static final String AGAIN = "record or copy it again";

    /// Packings one in another that are unpacked.
    private static final int MOST_DEEP = 2;

    /// Members of an archive.
    private static final int MOST_MEMBERS = 1 << 16;

    /// Bytes that are read of the file at once.
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final Counting source;
    private final List<Container> containers = new ArrayList<>();

    private Unpacking(Path file, Counting source) {
        this.file = file;
        this.source = source;
    }

    /// What is made of unpacked bytes.
    @FunctionalInterface
    public interface Use<T> {
        /// @param bytes unpacked
        /// @param containers what they were packed in, the outermost first
        T of(InputStream bytes, List<Container> containers) throws IOException;
    }

    /// Opens `file`, unpacks it and gives what `use` makes of it.
    ///
    /// @throws BadInput if the packing is damaged or cut, packed too deep, or a bomb
    /// @throws IOException if the file cannot be read, or what `use` throws
    public static <T> T read(Input input, Path file, Use<T> use) throws IOException {
        return input.read(
                file,
                bytes -> {
                    Unpacking unpacking = new Unpacking(file, counting(bytes));
                    return unpacking.use(use);
                });
    }

    private static Counting counting(InputStream bytes) {
        return new Counting(new BufferedInputStream(bytes, BUFFER));
    }

    /// Opens `file`, a regular one, for whoever reads several at once.
    ///
    /// @throws BadInput as [#read] does
    /// @throws IOException if the file cannot be read
    public static Opened open(Path file) throws IOException {
        InputStream source = Files.newInputStream(file);
        Unpacking unpacking = new Unpacking(file, counting(source));
        try {
            return unpacking.new Opened(unpacking.unpacked(unpacking.source));
        } catch (IOException e) {
            source.close();
            throw unpacking.explained(e);
        } catch (BadInput e) {
            source.close();
            throw e;
        }
    }

    /// The unpacked bytes of an open file.
    public final class Opened implements Closeable {
        private final InputStream bytes;

        private Opened(InputStream bytes) {
            this.bytes = bytes;
        }

        public InputStream bytes() {
            return bytes;
        }

        /// What the bytes were packed in, the outermost first.
        public List<Container> containers() {
            return List.copyOf(containers);
        }

        /// A fault of reading [#bytes], if it is the file's own.
        ///
        /// @throws BadInput if it is one of the packing
        public IOException explained(IOException e) {
            return Unpacking.this.explained(e);
        }

        @Override
        public void close() throws IOException {
            bytes.close();
            source.close();
        }
    }

    private <T> T use(Use<T> use) throws IOException {
        try (InputStream bytes = unpacked(source)) {
            return use.of(bytes, List.copyOf(containers));
        } catch (IOException e) {
            throw explained(e);
        }
    }

    private IOException explained(IOException e) {
        if (containers.isEmpty() || source.threw(e)) {
            return e;
        }
        boolean early =
                e instanceof EOFException
                        || e instanceof ZstdIOException && "Truncated source".equals(e.getMessage())
                        || isEarly(e.getMessage());
        throw new BadInput(
                Input.place(file) + ", byte " + source.count(),
                early
                        ? "the " + containers.getLast().label() + " data end too early"
                        : "damaged " + containers.getLast().label() + " data: " + Input.reason(e),
                AGAIN,
                e);
    }

    private static boolean isEarly(@Nullable String message) {
        String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
        return text.contains("unexpected end") || text.contains("premature end");
    }

    private InputStream unpacked(InputStream packed) throws IOException {
        PushbackInputStream ahead = new PushbackInputStream(packed, Container.MAGIC_BYTES);
        byte[] first = ahead.readNBytes(Container.MAGIC_BYTES);
        ahead.unread(first);
        Container container = Container.of(first);
        if (container == null) {
            return ahead;
        }
        if (containers.size() == MOST_DEEP) {
            throw new BadInput(
                    Input.place(file),
                    "is packed " + (MOST_DEEP + 1) + " times over: " + named() + " and more",
                    "unpack it, and give what is in it");
        }
        containers.add(container);
        InputStream inner = container == Container.ZIP ? members() : container.unpack(ahead);
        return unpacked(new Expanding(inner, source, Input.place(file)));
    }

    private String named() {
        return String.join(" in ", containers.reversed().stream().map(Container::label).toList());
    }

    /// The members of the archive in the order of its directory, as one stream.
    private InputStream members() throws IOException {
        if (containers.size() > 1 || Input.isStream(file)) {
            throw new BadInput(
                    Input.place(file),
                    "is a zip archive that is no file of its own",
                    "write it to a file first, for its directory is at its end");
        }
        ZipFile archive = open();
        List<ZipArchiveEntry> entries =
                Collections.list(archive.getEntries()).stream()
                        .filter(entry -> !entry.isDirectory())
                        .toList();
        if (entries.isEmpty() || entries.size() > MOST_MEMBERS) {
            archive.close();
            throw new BadInput(
                    Input.place(file),
                    "is an archive of " + entries.size() + " files",
                    "give an archive of 1 to " + MOST_MEMBERS);
        }
        return new Members(archive, entries, source);
    }

    private ZipFile open() throws IOException {
        try {
            return ZipFile.builder().setPath(file).get();
        } catch (IOException e) {
            throw new BadInput(Input.place(file), "is a cut or damaged zip archive", AGAIN, e);
        }
    }
}
