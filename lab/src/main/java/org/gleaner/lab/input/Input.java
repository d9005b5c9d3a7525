package org.gleaner.lab.input;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;

/// How files that a user names are read. [#STANDARD], written `-`, is standard input.
///
/// Nothing may ever come from a FIFO or from standard input. So they are read by a thread of their
/// own, it is said once that nothing has come yet, and the user can stop the wait.
///
/// @param standard standard input
/// @param say takes a line about an input for the user
/// @param cancelled whether the user asked to stop
public record Input(InputStream standard, Consumer<String> say, BooleanSupplier cancelled) {

    /// Stands for standard input. A file of that name is `./-`.
    public static final Path STANDARD = Path.of("-");

    private static final int POLL_MILLIS = 50;
    private static final int PATIENCE_MILLIS = 1000;

    /// What is made of a file's bytes.
    @FunctionalInterface
    public interface Reading<T> {
        T of(InputStream bytes) throws IOException;
    }

    /// This process's own, for callers that nobody can interrupt.
    public static Input ofProcess() {
        return new Input(System.in, line -> System.err.println("gleaner: " + line), () -> false);
    }

    /// What messages call `file`.
    public static String place(Path file) {
        return file.equals(STANDARD) ? "standard input" : file.toString();
    }

    /// Why a file could not be read, without its name.
    public static String reason(IOException fault) {
        String reason =
                fault instanceof FileSystemException system
                        ? system.getReason()
                        : fault.getMessage();
        return reason == null || reason.isBlank() ? fault.getClass().getSimpleName() : reason;
    }

    /// Whether `file` is something else than a regular file or a directory: its size means nothing,
    /// and neither does its name.
    public static boolean isStream(Path file) {
        return file.equals(STANDARD)
                || Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    /// Opens `file`, and gives what `reading` makes of its bytes.
    ///
    /// @throws IOException if it cannot be opened, or what `reading` throws
    /// @throws Cancelled if the user stopped it while nothing came
    public <T> T read(Path file, Reading<T> reading) throws IOException {
        if (!isStream(file)) {
            try (InputStream bytes = Files.newInputStream(file)) {
                return reading.of(bytes);
            }
        }
        Arrival arrival = new Arrival();
        CompletableFuture<T> future = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("input")
                .start(() -> {
                    try (InputStream bytes = arrival.of(open(file))) {
                        future.complete(reading.of(bytes));
                    } catch (Throwable e) {
                        future.completeExceptionally(e);
                    }
                });
        return await(future, arrival, place(file));
    }

    /// The text of `file`, which may have up to `most` bytes.
    ///
    /// @param kind what it should be, such as `a scenario`
    /// @throws BadInput if it cannot be read, is not UTF-8 or is longer; no more is read of it
    public String text(Path file, int most, String kind) {
        String place = place(file);
        if (Files.isDirectory(file)) {
            throw new BadInput(place, "is a directory", "name " + kind + " in it");
        }
        try {
            byte[] bytes = read(file, in -> in.readNBytes(most + 1));
            if (bytes.length > most) {
                throw new BadInput(
                        place,
                        "is too large for " + kind,
                        "give a file of " + (most >> 20) + "MiB or less");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (NoSuchFileException e) {
            throw new BadInput(place, "no such file", "check the path", e);
        } catch (AccessDeniedException e) {
            throw new BadInput(place, "may not be read", "ask for the right to read it", e);
        } catch (CharacterCodingException e) {
            throw new BadInput(place, "is not UTF-8 text", "save it as UTF-8", e);
        } catch (IOException e) {
            throw new BadInput(place, "cannot be read (" + reason(e) + ")", "check the file", e);
        }
    }

    private InputStream open(Path file) throws IOException {
        return file.equals(STANDARD) ? standard : Files.newInputStream(file);
    }

    private <T> T await(CompletableFuture<T> future, Arrival arrival, String place)
            throws IOException {
        for (int waited = 0; ; waited += POLL_MILLIS) {
            try {
                return future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (cancelled.getAsBoolean()) {
                    throw new Cancelled();
                }
                if (waited == PATIENCE_MILLIS && !arrival.seen) {
                    say.accept(place + ": nothing has come yet; waiting for it to be written");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled();
            } catch (ExecutionException e) {
                throw rethrown(Objects.requireNonNullElse(e.getCause(), e));
            }
        }
    }

    private static IOException rethrown(Throwable cause) {
        return switch (cause) {
            case IOException fault -> fault;
            case RuntimeException fault -> throw fault;
            case Error fault -> throw fault;
            default -> throw new IllegalStateException(cause);
        };
    }

    /// Notices the first bytes, or the end.
    private static final class Arrival {
        private volatile boolean seen;

        InputStream of(InputStream bytes) {
            return new FilterInputStream(bytes) {
                @Override
                public int read() throws IOException {
                    int read = super.read();
                    seen = true;
                    return read;
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int read = super.read(into, from, length);
                    seen = true;
                    return read;
                }
            };
        }
    }
}
