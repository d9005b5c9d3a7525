package org.gleaner.lab.record;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/// The `PAGEMAP_SCAN` call on `/proc/PID/pagemap` (Linux 6.7 and newer), which is told by number
/// because headers are older: struct `pm_scan_arg`, twelve words of 64 bits, and struct
/// `page_region`, three of them.
final class PagemapScan implements Closeable {

    /// Takes a run of pages, `from` up to but not with `to`.
    @FunctionalInterface
    interface Runs {
        void run(long from, long to);
    }

    /// The page's writes are tracked: its owner has registered it with `userfaultfd`,
    /// asynchronously.
    static final long WRITE_PROTECTABLE = 1;

    /// It was written to since it was last protected.
    static final long WRITTEN = 2;

    private static final long PROTECT_WHAT_MATCHES = 1;
    private static final int COMMAND = 0xc0606610; // _IOWR('f', 16, 96 bytes)
    private static final int READ_ONLY = 0;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int PAGE_SHIFT = 12;

    private static final int WORDS = 12;
    private static final int SIZE = 0;
    private static final int FLAGS = 1;
    private static final int START = 2;
    private static final int END = 3;
    private static final int WALKED = 4;
    private static final int RUNS = 5;
    private static final int ROOM = 6;
    private static final int ALL_OF = 9;
    private static final int RETURNED = 11;

    private static final int RUN_WORDS = 3;
    private static final int MOST_RUNS = 4096;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_IN_STATE =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            handle(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL =
            handle(
                    "ioctl",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment state = arena.allocate(STATE);
    private final MemorySegment argument = arena.allocate(ValueLayout.JAVA_LONG, WORDS);
    private final MemorySegment found =
            arena.allocate(ValueLayout.JAVA_LONG, (long) RUN_WORDS * MOST_RUNS);
    private final int file;

    /// Opens a process's page map; [#isOpen] says whether that could be done.
    PagemapScan(Target target) {
        Path path = target.directory().resolve("pagemap");
        file = open(path);
    }

    boolean isOpen() {
        return file >= 0;
    }

    /// Hands on the runs of pages in an area that are all of `categories`.
    ///
    /// @param protect whether what is found is protected again, so that its next write counts
    /// @return 0, or the error number of the kernel
    int scan(Target.Area area, long categories, boolean protect, Runs runs) {
        long end = area.to() << PAGE_SHIFT;
        for (long at = area.from() << PAGE_SHIFT; at != end; ) {
            argument.fill((byte) 0);
            word(SIZE, WORDS * Long.BYTES);
            word(FLAGS, protect ? PROTECT_WHAT_MATCHES : 0);
            word(START, at);
            word(END, end);
            word(RUNS, found.address());
            word(ROOM, MOST_RUNS);
            word(ALL_OF, categories);
            word(RETURNED, categories);
            int count = ioctl();
            if (count < 0) {
                return (int) ERRNO_IN_STATE.get(state, 0L);
            }
            for (int i = 0; i < count; i++) {
                runs.run(found(i, 0), found(i, 1));
            }
            long walked = argument.getAtIndex(ValueLayout.JAVA_LONG, WALKED);
            if (walked == at) {
                return 0;
            }
            at = walked;
        }
        return 0;
    }

    private long found(int run, int word) {
        return found.getAtIndex(ValueLayout.JAVA_LONG, (long) run * RUN_WORDS + word)
                >>> PAGE_SHIFT;
    }

    private void word(int index, long value) {
        argument.setAtIndex(ValueLayout.JAVA_LONG, index, value);
    }

    private int open(Path path) {
        try {
            return (int)
                    OPEN.invokeExact(
                            state, arena.allocateFrom(path.toString()), READ_ONLY | CLOSE_ON_EXEC);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private int ioctl() {
        try {
            return (int) IOCTL.invokeExact(state, file, Integer.toUnsignedLong(COMMAND), argument);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            int _ = isOpen() ? (int) CLOSE.invokeExact(state, file) : 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        arena.close();
    }

    private static MethodHandle handle(
            String name, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = ERRNO;
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }
}
