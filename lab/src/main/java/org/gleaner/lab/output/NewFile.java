package org.gleaner.lab.output;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.gleaner.lab.BadInput;

/// A file that appears at once and whole or not at all, and never in another's place.
public final class NewFile {

    private NewFile() {}

    /// What is written to a new file.
    @FunctionalInterface
    public interface Content {
        void write(OutputStream out) throws IOException;
    }

    /// Writes `text` to a new file.
    ///
    /// @throws BadInput as the other does
    public static void write(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Writes `content` beside `target` first, and then gives it that name. If `content` throws,
    /// nothing is left.
    ///
    /// @throws BadInput if there is something already, or the directory or the disk does not take
    ///     it
    public static void write(Path target, Content content) {
        Path file = target.toAbsolutePath();
        Path draft =
                file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            if (!Files.isDirectory(file.resolveSibling(""))) {
                throw new BadInput(target.toString(), "no such directory", "make it first");
            }
            if (Files.exists(file)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            try {
                try (OutputStream out =
                        new BufferedOutputStream(
                                Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW),
                                1 << 16)) {
                    content.write(out);
                }
                publish(draft, file);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException e) {
            throw new BadInput(target.toString(), "is there already", "name a new file", e);
        } catch (AccessDeniedException e) {
            throw new BadInput(
                    target.toString(), "no right to write there", "name another directory", e);
        } catch (IOException | UncheckedIOException e) {
            throw new BadInput(
                    target.toString(),
                    "cannot be written (" + e.getMessage() + ")",
                    "name another file",
                    e);
        }
    }

    /// A rename would replace what somebody else has put there meanwhile; a second link does not.
    private static void publish(Path draft, Path file) throws IOException {
        try {
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.move(draft, file);
        }
    }
}
