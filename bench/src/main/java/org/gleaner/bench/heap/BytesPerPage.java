package org.gleaner.bench.heap;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Prints what each page of a host that is full of one guest takes of Java's heap, with the
/// Parallel and with the G1 collector: folio table, swap, guest and primary page tables, all that
/// is alive. Each collector runs in a process of its own.
///
/// Arguments: pages (8,388,608 unless given), then options for those processes, such as
/// `-XX:G1HeapRegionSize=1m`. Heap that a collector cannot use because a large array ends in it
/// counts as taken.
public final class BytesPerPage {
    private static final int PAGES = 1 << 23;
    private static final String MEASURE = "--measure";
    private static final double GIB = 1 << 30;

    private BytesPerPage() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 2 && args[0].equals(MEASURE)) {
            System.out.println(taken(Integer.parseInt(args[1])));
            return;
        }
        int pages = args.length > 0 ? Integer.parseInt(args[0].replace(",", "")) : PAGES;
        List<String> options = List.of(args).subList(Math.min(1, args.length), args.length);
        for (String collector : List.of("Parallel", "G1")) {
            long bytes = measure(collector, pages, options);
            System.out.printf(
                    Locale.ROOT,
                    "%-8s  %,d pages take %.2f GiB, %.1f bytes each%n",
                    collector,
                    pages,
                    bytes / GIB,
                    (double) bytes / pages);
        }
    }

    /// Bytes that a full host takes in a process of its own.
    static long measure(String collector, int pages, List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED");
        command.add("-XX:+Use" + collector + "GC");
        command.add("-Xmx" + ((pages * 80L >> 20) + 256) + "m");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(BytesPerPage.class.getName(), MEASURE, Integer.toString(pages)));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            if (process.waitFor() != 0 || line == null) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
            return Long.parseLong(line);
        }
    }

    private static long taken(int pages) {
        new FullHost(1 << 12).fill(); // classes, and what they keep
        long before = used();
        FullHost host = new FullHost(pages);
        host.fill();
        long after = used();
        Reference.reachabilityFence(host);
        return after - before;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
