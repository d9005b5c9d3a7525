package org.gleaner.lab.fleet;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceBytes;
import org.jspecify.annotations.Nullable;

/// One kind of table that was published about a fleet. Stateless.
///
/// A reader takes what the table is documented to hold and refuses all else.
interface FleetTable {

    /// All that are read, in the order in which a file is tried.
    List<FleetTable> ALL =
            List.of(
                    new GoogleInstanceUsage(),
                    new AzurePacking(),
                    new AzureVmTable(),
                    new GoogleTaskUsage());

    About about();

    /// Whether this is what the file begins with.
    boolean fits(Head head);

    /// Hands on all rows, in one object.
    ///
    /// @throws org.gleaner.lab.trace.format.Malformed at the first row that is none
    /// @throws IOException what the file or its packing throws
    void read(TraceBytes bytes, Consumer<Stretch> sink) throws IOException;

    /// @param label what it is called
    /// @param origin which data it is of, for people
    /// @param level what its rows are, for people; in none of them is there an access to a page
    /// @param standsFor what is taken for a VM
    /// @param unit what memory is counted in
    /// @param windows whether a row is a part of a life, which several make together
    /// @param notes what should be known of its columns, a line each
    record About(
            String label,
            String origin,
            String level,
            String standsFor,
            Unit unit,
            boolean windows,
            List<String> notes) {}

    /// What memory is counted in.
    enum Unit {
        /// The memory of the largest machine is 1; how large that is was not published.
        MACHINE("share of the largest machine"),
        GIB("GiB");

        private final String label;

        Unit(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /// The table that a file begins like; null if it is none of them.
    static @Nullable FleetTable of(Head head) {
        return ALL.stream().filter(each -> each.fits(head)).findFirst().orElse(null);
    }
}
