package org.gleaner.lab.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A piece of YAML that remembers where it was written. Scalars stay text: `6.10` is a version, not
/// a number.
public sealed interface Node {

    Place place();

    /// Keys with values, in their order.
    record Mapping(Place place, Map<String, Entry> entries) implements Node {

        /// This with the entries of `over` laid over it, deeply, and its place.
        Mapping under(Mapping over) {
            Map<String, Entry> both = new LinkedHashMap<>(entries);
            over.entries.forEach((key, entry) ->
                    both.merge(
                            key,
                            entry,
                            (old, fresh) -> new Entry(fresh.key, overlay(old.value, fresh.value))));
            return new Mapping(over.place, both);
        }
    }

    /// A key's place, and its value.
    record Entry(Place key, Node value) {}

    record Listing(Place place, List<Node> items) implements Node {}

    /// @param text empty if nothing was written
    record Scalar(Place place, String text) implements Node {}

    /// `over` laid over `base`: mappings are merged, all else is replaced. A key of a mapping with
    /// nothing behind it, as is left when all lines under it are commented out, changes nothing.
    static Node overlay(Node base, Node over) {
        if (base instanceof Mapping old && over instanceof Mapping fresh) {
            return old.under(fresh);
        }
        if (base instanceof Mapping && over instanceof Scalar scalar && scalar.text().isEmpty()) {
            return base;
        }
        return over;
    }
}
