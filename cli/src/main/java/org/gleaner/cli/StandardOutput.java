package org.gleaner.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The process's standard output, which remembers why it could not be written ([PrintStream] knows
/// only that), and has [Colour] on a terminal.
final class StandardOutput extends PrintStream {

    /// The reason when whoever read has gone, as `head` does: nothing that anybody need be told.
    static final String NO_READER = "Broken pipe";

    private final Remembering remembering;
    private final boolean coloured;

    private StandardOutput(Remembering remembering, boolean coloured) {
        super(new BufferedOutputStream(remembering), true, System.out.charset());
        this.remembering = remembering;
        this.coloured = coloured;
    }

    static StandardOutput open(boolean coloured) {
        return over(new FileOutputStream(FileDescriptor.out), coloured);
    }

    static StandardOutput over(OutputStream out, boolean coloured) {
        return new StandardOutput(new Remembering(out), coloured);
    }

    boolean isColoured() {
        return coloured;
    }

    @Override
    public void print(@Nullable String text) {
        super.print(coloured && text != null ? Colour.of(text) : text);
    }

    /// In the system's words; empty if all could be written.
    String reason() {
        return remembering.reason == null ? "" : remembering.reason;
    }

    private static final class Remembering extends FilterOutputStream {
        private @Nullable String reason;

        Remembering(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                out.write(bytes, from, length);
            } catch (IOException e) {
                if (reason == null) {
                    reason = Objects.requireNonNullElse(e.getMessage(), "unknown reason");
                }
                throw e;
            }
        }
    }
}
