package org.gleaner.lab.record;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// A live process, as `/proc` shows it.
///
/// @param directory its own in `/proc`
public record Target(long pid, Path directory) {

    private static final int HEXADECIMAL = 16;
    private static final int KIB_OF_PAGE = 4;
    private static final int PAGE_SHIFT = 12;
    private static final int USER_BITS = 51;

    /// Tells the kernel to clear the accessed bits of a process.
    static final char ACCESSED = '1';

    /// Tells the kernel to clear its soft-dirty bits.
    static final char SOFT_DIRTY = '4';

    /// A virtual memory area, in pages.
    ///
    /// @param from its first page
    /// @param to the page after its last one
    /// @param resident pages that are in memory
    /// @param referenced pages of these whose accessed bit is set
    record Area(long from, long to, long resident, long referenced) {}

    /// The process went away, which ends a recording as it should.
    static final class Gone extends Exception {
        Gone() {
            super("the process has ended", null, false, false);
        }
    }

    /// @throws BadInput if there is no such process, or it may not be looked at
    public static Target of(long pid) {
        Target target = new Target(pid, Path.of("/proc", Long.toString(pid)));
        String place = "--pid " + pid;
        if (pid < 1 || !Files.isDirectory(target.directory)) {
            throw new BadInput(place, "no such process", "see 'ps -e' for those there are");
        }
        try {
            if (target.areas().isEmpty()) {
                throw new BadInput(
                        place, "has no memory of its own (a kernel thread?)", "name a program's");
            }
            target.clear(ACCESSED);
        } catch (Gone e) {
            throw new BadInput(place, "has ended", "name one that runs", e);
        }
        return target;
    }

    /// What it is called, for people.
    public String name() {
        try {
            return Files.readString(directory.resolve("comm")).strip();
        } catch (IOException e) {
            return "process";
        }
    }

    /// Its areas, in ascending order.
    List<Area> areas() throws Gone {
        List<Area> areas = new ArrayList<>();
        try (BufferedReader lines =
                Files.newBufferedReader(directory.resolve("smaps"), StandardCharsets.ISO_8859_1)) {
            long from = 0;
            long to = 0;
            long resident = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("Rss:")) {
                    resident = kib(line) / KIB_OF_PAGE;
                } else if (line.startsWith("Referenced:")) {
                    add(areas, new Area(from, to, resident, kib(line) / KIB_OF_PAGE));
                } else if (isHexadecimal(line.charAt(0))) {
                    int dash = line.indexOf('-');
                    from = page(line, 0, dash);
                    to = page(line, dash + 1, line.indexOf(' '));
                }
            }
        } catch (IOException e) {
            throw gone(e, "looked at");
        }
        return areas;
    }

    /// The kernel shows its own page of old system calls to all processes.
    private static void add(List<Area> areas, Area area) {
        if (area.to() >>> USER_BITS == 0) {
            areas.add(area);
        }
    }

    /// Writes to `clear_refs`.
    void clear(char what) throws Gone {
        try {
            Files.writeString(directory.resolve("clear_refs"), String.valueOf(what));
        } catch (IOException e) {
            throw gone(e, "told to clear its accessed bits");
        }
    }

    /// What an I/O error on one of its files means.
    Gone gone(IOException e, String verb) throws Gone {
        boolean ended =
                e instanceof NoSuchFileException
                        || !Files.isDirectory(directory)
                        || String.valueOf(e.getMessage()).contains("No such process");
        if (ended) {
            throw new Gone();
        }
        String mend =
                e instanceof AccessDeniedException
                        ? "run as its owner or as root, with ptrace allowed"
                        : "ask for the right to trace it";
        throw new BadInput(
                "--pid " + pid, "may not be " + verb + " (" + Input.reason(e) + ")", mend, e);
    }

    private static boolean isHexadecimal(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }

    private static long page(String line, int begin, int end) {
        return Long.parseUnsignedLong(line, begin, end, HEXADECIMAL) >>> PAGE_SHIFT;
    }

    /// The number in a line such as `Rss:   12 kB`.
    private static long kib(String line) {
        int end = line.length() - 3;
        int begin = line.lastIndexOf(' ', end - 1) + 1;
        return Long.parseLong(line, begin, end, 10);
    }
}
