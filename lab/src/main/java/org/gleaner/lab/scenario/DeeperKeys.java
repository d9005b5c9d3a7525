package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Where a key is that was written too high: `threadsPerCore` is one of `host`.
final class DeeperKeys {

    private DeeperKeys() {}

    /// The mend for `key`, which is none of `type`'s own; empty if no record below has it.
    ///
    /// @param path of that record in the scenario, empty at its top
    static Optional<String> mend(Class<?> type, String key, String path) {
        List<String> found = new ArrayList<>();
        below(type, path).forEach(each -> find(each.type(), key, each.path(), found));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        found.stream()
                                .map(each -> "'" + each + "'")
                                .collect(Collectors.joining(" or ", "did you mean ", "?")));
    }

    private static void find(Class<?> type, String key, String path, List<String> found) {
        if (Binder.keys(type).contains(key)) {
            found.add(Binder.join(path, key));
        }
        below(type, path).forEach(each -> find(each.type(), key, each.path(), found));
    }

    private record Below(Class<?> type, String path) {}

    private static Stream<Below> below(Class<?> type, String path) {
        return Stream.of(type.getRecordComponents())
                .filter(each -> Binder.hasKeys(each.getType()))
                .map(each -> new Below(each.getType(), Binder.join(path, each.getName())));
    }
}
