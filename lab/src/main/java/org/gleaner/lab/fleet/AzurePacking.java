package org.gleaner.lab.fleet;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceBytes;

/// The Azure trace for packing of 2020, whose database was asked for its VMs with their memory and
/// written as CSV with a heading.
final class AzurePacking implements FleetTable {

    private static final double DAY = 86_400;
    private static final List<String> NEEDED = List.of("vmid", "starttime", "endtime", "memory");

    @Override
    public About about() {
        return new About(
                "azure-packing-2020",
                "Azure trace for packing 2020, vm and vmType joined",
                "lifetimes of VMs, and the share of a machine that they need",
                "VM",
                Unit.MACHINE,
                false,
                List.of(
                        "nothing is said of the memory that VMs use",
                        "size is the share of a machine's memory; a VM's type has one for each"
                                + " kind of machine, and the query chose which",
                        "VMs of low priority may have been evicted: their lifetimes are what"
                                + " packing made of them",
                        "a VM that is there at either end of the table's time lived longer than"
                                + " is known"));
    }

    private static List<String> heading(String line) {
        return Arrays.stream(line.split(",", -1))
                .map(each -> each.strip().replace("\"", "").toLowerCase(Locale.ROOT))
                .toList();
    }

    @Override
    public boolean fits(Head head) {
        List<String> names = heading(head.firstLine());
        return names.contains("vmid") && names.contains("starttime");
    }

    @Override
    public void read(TraceBytes bytes, Consumer<Stretch> sink) throws IOException {
        Row row = new Row(bytes);
        if (!row.next()) {
            return;
        }
        List<String> names = heading(String.join(",", row.texts()));
        for (String need : NEEDED) {
            if (!names.contains(need)) {
                throw row.malformed("its heading has no '%s'".formatted(need));
            }
        }
        int start = names.indexOf("starttime");
        int end = names.indexOf("endtime");
        int memory = names.indexOf("memory");
        Stretch stretch = new Stretch();
        while (row.next()) {
            if (row.columns() != names.size()) {
                throw row.malformed(
                        "it has %d columns, and its heading %d"
                                .formatted(row.columns(), names.size()));
            }
            stretch.clear();
            stretch.from = days(row, start, "starttime");
            stretch.to = days(row, end, "endtime");
            if (stretch.to < stretch.from) {
                throw row.malformed("it ends before it starts");
            }
            if (Double.isNaN(stretch.from)) {
                throw row.no(start, "starttime", "number of days");
            }
            stretch.size = Shares.orUnsaid(row.share(memory, "memory"));
            sink.accept(stretch);
        }
    }

    /// Seconds, also negative ones; [Double#NaN] if nothing is there.
    private static double days(Row row, int column, String meaning) {
        String text = row.text(column).strip();
        if (text.isEmpty() || text.equalsIgnoreCase("null")) {
            return Double.NaN;
        }
        try {
            double days = Double.parseDouble(text);
            if (Math.abs(days) < 100_000) {
                return days * DAY;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw row.no(column, meaning, "number of days");
    }
}
