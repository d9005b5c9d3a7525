package org.gleaner.lab.fleet;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceBytes;

/// `vmtable` of the Azure public data sets of 2017 and 2019.
final class AzureVmTable implements FleetTable {

    private static final int COLUMNS = 11;
    private static final int CREATED = 3;
    private static final int DELETED = 4;
    private static final int MEMORY = 10;

    /// A VM of more memory is beyond belief, in GiB.
    private static final double MOST = 65_536;

    @Override
    public About about() {
        return new About(
                "azure-vmtable",
                "Azure public data set of 2017 or 2019, vmtable",
                "lifetimes and sizes of VMs",
                "VM",
                Unit.GIB,
                false,
                List.of(
                        "nothing is said of the memory that VMs use",
                        "size is in GB, taken as GiB; in 2019 it is the upper bound of a bucket,"
                                + " and the open one, such as >64, counts as its bound",
                        "a VM that is there at either end of the table's time lived longer than"
                                + " is known"));
    }

    @Override
    public boolean fits(Head head) {
        String[] first = head.firstLine().split(",", -1);
        return first.length == COLUMNS
                && (isHeading(first[0])
                        || isTime(first[CREATED])
                                && isTime(first[DELETED])
                                && first[MEMORY].strip().matches(">?\\s*\\d+(\\.\\d+)?"));
    }

    private static boolean isTime(String text) {
        return text.strip().matches("\\d{1,12}(\\.0*)?");
    }

    private static boolean isHeading(String first) {
        return first.strip().equalsIgnoreCase("vmid");
    }

    @Override
    public void read(TraceBytes bytes, Consumer<Stretch> sink) throws IOException {
        Row row = new Row(bytes);
        Stretch stretch = new Stretch();
        boolean first = true;
        while (row.next()) {
            if (row.columns() != COLUMNS) {
                throw row.malformed("it has %d columns, not 11".formatted(row.columns()));
            }
            boolean heading = first && isHeading(row.text(0));
            first = false;
            if (heading) {
                continue;
            }
            stretch.clear();
            stretch.from = said(row, CREATED, "time of creation");
            stretch.to = said(row, DELETED, "time of deletion");
            if (stretch.to < stretch.from) {
                throw row.malformed("it is deleted before it is created");
            }
            stretch.size = size(row);
            sink.accept(stretch);
        }
    }

    private static double said(Row row, int column, String meaning) {
        double value = row.number(column, meaning);
        if (Double.isNaN(value)) {
            throw row.no(column, meaning, "number of seconds");
        }
        return value;
    }

    private static double size(Row row) {
        String text = row.text(MEMORY).strip();
        try {
            double size = Double.parseDouble(text.startsWith(">") ? text.substring(1) : text);
            if (size > 0 && size <= MOST) {
                return size;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw row.no(MEMORY, "memory", "number of GB, nor a bucket such as 8 or >64");
    }
}
