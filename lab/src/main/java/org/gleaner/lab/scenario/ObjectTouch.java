package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.Order;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// What each operation of a [WorkPhase] does to a part of the guest's memory: it takes the next of
/// the objects that lie there side by side, and accesses all pages that it is on.
public record ObjectTouch(
        @JsonPropertyDescription("Which object is next; default loop.") Order order,
        @JsonPropertyDescription(
                        "Where the part begins; a share is of the guest's memory; default 0.")
                Limit from,
        @JsonPropertyDescription(
                        "Memory in the part; a share is of the guest's memory; default 100%.")
                Size memory,
        @JsonPropertyDescription(
                        "Size of an object, the same at every scale; default 4KiB, at most 1GiB.")
                Size object,
        @JsonPropertyDescription("How many objects in a row, 1 to 1000; default 1.") int times,
        @JsonPropertyDescription(
                        "In how many of a hundred operations it happens, by chance, 1 to 100; default 100.")
                int percent,
        @JsonPropertyDescription("Whether it writes or reads; default false.") boolean writes,
        @JsonPropertyDescription(
                        "Whether every vCPU takes all objects, or those in a share of its own; default false.")
                boolean shared) {

    static final int MOST_TIMES = 1000;

    /// The percentage of what every operation does.
    public static final int ALWAYS = 100;

    /// The largest object.
    static final long MOST_OBJECT = 1 << 30;

    /// Bytes of an object.
    public long objectBytes() {
        return object.bytes(0);
    }

    /// Objects in the part.
    ///
    /// @param pages of the guest
    /// @throws org.gleaner.lab.BadInput if the part is not a page, without a place
    public long objects(long pages, int pageBytes) {
        return memory.pages(pages, pageBytes) * pageBytes / objectBytes();
    }

    ObjectTouch scaled(Scale scale) {
        return new ObjectTouch(
                order,
                from.scaled(scale),
                memory.scaled(scale),
                object,
                times,
                percent,
                writes,
                shared);
    }
}
