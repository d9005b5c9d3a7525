package org.gleaner.lab.scenario;

import java.util.List;
import java.util.Objects;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.reclaim.MemcgFiles;
import org.gleaner.mm.version.KernelVersion;

/// What the commands to the host's files must fulfil. A text that some kernels of the scenario take
/// and others do not is none of a fault: what these answer is part of the comparison.
final class CommandChecks {

    private static final int MOST_COMMANDS = 1000;
    private static final long MOST_MILLIS = 999_999_999;

    private final Scenario scenario;
    private final Checks checks;
    private final List<KernelVersion> kernels;

    CommandChecks(Scenario scenario, Checks checks) {
        this.scenario = scenario;
        this.checks = checks;
        kernels =
                scenario.configurations().stream()
                        .map(each -> KernelVersion.forName(each.kernel().label()))
                        .distinct()
                        .toList();
    }

    void check() {
        List<HostCommand> all = scenario.host().commands();
        checks.count("host.commands", all.size(), 0, MOST_COMMANDS);
        for (int i = 0; i < all.size(); i++) {
            HostCommand each = all.get(i);
            String path = "host.commands." + i;
            whose(path, each);
            when(path, each);
            text(path + ".write", each);
        }
    }

    private void text(String path, HostCommand command) {
        switch (command.to()) {
            case LRU_GEN -> lruGen(path, command);
            case MIN_TTL -> number(path, command.write(), MOST_MILLIS, "milliseconds");
            case ENABLED -> enabled(path, command.write());
            case SWAPPINESS ->
                    number(path, command.write(), HostSettings.MOST_SWAPPINESS, "a swappiness");
            case MAX, HIGH, LOW, MIN, SWAP_MAX, RECLAIM -> amount(path, command);
        }
    }

    private void whose(String path, HostCommand command) {
        List<String> names =
                scenario instanceof Neighbours neighbours
                        ? neighbours.guests().stream().map(Neighbour::name).sorted().toList()
                        : List.of();
        String file = command.to().label();
        String guest = command.guest();
        if (!command.to().ofCgroup()) {
            if (guest != null) {
                throw checks.bad(
                        path + ".guest", file + " is the host's", "leave out 'guest' for it");
            }
        } else if (names.isEmpty()) {
            throw checks.bad(
                    path + ".to",
                    file + " is a cgroup's, and the guest of this kind has none",
                    "use it in a scenario of neighbours");
        } else if (guest == null) {
            throw checks.bad(path, file + " is a guest's", "add guest: " + names.getFirst());
        } else if (!names.contains(guest)) {
            throw checks.bad(
                    path + ".guest",
                    "there is no guest '" + guest + "'",
                    "known: " + String.join(", ", names));
        }
    }

    private void when(String path, HostCommand command) {
        if (!command.at().populated()) {
            return;
        }
        if (!(scenario instanceof Neighbours neighbours)) {
            throw checks.bad(
                    path + ".at",
                    command.at() + " is an instant of neighbours",
                    "give one on the host's clock, such as " + command.at().after());
        }
        if (command.at().after().nanos() > neighbours.millis() * 1_000_000L) {
            throw checks.bad(
                    List.of(path + ".at", "millis"),
                    command.at() + " is after the end, " + neighbours.millis() + " ms after that",
                    "give at most populated+" + neighbours.millis() + "ms, or more millis");
        }
    }

    private void amount(String path, HostCommand command) {
        CgroupText text;
        try {
            text = command.text();
            String guest = Objects.requireNonNull(command.guest());
            text.amount().pages(scenario.pagesOf(guest), scenario.pageBytes());
        } catch (BadInput bad) {
            throw checks.bad(path, bad.what(), bad.mend());
        }
        String swappiness = text.swappiness();
        if (swappiness != null
                && kernels.stream().noneMatch(k -> MemcgFiles.swappiness(swappiness, k) >= 0)) {
            throw checks.bad(
                    path,
                    "swappiness="
                            + swappiness
                            + " is nothing that memory.reclaim takes in "
                            + all(),
                    "give 0 to 200 (since 6.12) or max (since 6.18), or leave it out");
        }
    }

    private void lruGen(String path, HostCommand command) {
        String numbered = command.numbered(_ -> 0L);
        if (kernels.stream().noneMatch(k -> LruGenDebugfs.understands(numbered, k))) {
            throw checks.bad(
                    path,
                    "'" + numbered + "' is no command of " + all() + "'s lru_gen",
                    "write '+ 1 0 max_gen' to age, '- 1 0 max_gen-2 200 1000' to evict");
        }
    }

    private void enabled(String path, String text) {
        try {
            LruGenChoice.parse(text);
        } catch (BadInput bad) {
            throw checks.bad(path, bad.what(), bad.mend());
        }
    }

    private void number(String path, String text, long most, String what) {
        if (!text.matches("\\d{1,9}") || Long.parseLong(text) > most) {
            throw checks.bad(path, "'" + text + "' is no number of 0 to " + most, "give " + what);
        }
    }

    private String all() {
        return String.join(" or ", kernels.stream().map(KernelVersion::id).toList());
    }
}
