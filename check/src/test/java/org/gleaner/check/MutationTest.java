package org.gleaner.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Would the programs find yours? All planted bugs in one run, some minutes long: see
/// `docs/check.md`.
final class MutationTest {
    private static final Path SOURCES = Path.of("../core/src/main/java/org/gleaner");

    /// What is no bug as the code stands.
    private static final Set<String> HARMLESS =
            Set.of(
                    "gate: the two stores of the end change places",
                    "vCPU: no look for requests before the access");

    @Test
    void everyMutationStillHasItsPlace() throws Exception {
        assertThat(Mutation.all()).hasSizeGreaterThan(50);
        for (Mutation mutation : Mutation.all()) {
            mutation.applyTo(Files.readString(mutation.find(SOURCES)));
        }
    }

    /// `-Dgleaner.mutations=all`, or a word of the bugs to plant.
    @Test
    @EnabledIfSystemProperty(named = "gleaner.mutations", matches = ".+")
    void everyPlantedBugIsFound() throws Exception {
        String asked = System.getProperty("gleaner.mutations");
        MutationRun run = new MutationRun(SOURCES);
        List<String> missed = new ArrayList<>();
        System.out.println("| planted | noticed by | finding |\n|---|---|---|");
        for (Mutation mutation : Mutation.all()) {
            if (!asked.equals("all") && !mutation.what().contains(asked)) {
                continue;
            }
            String answer = run.plant(mutation);
            System.out.println(
                    "| " + mutation.what() + " | " + (answer == null ? "- | " : answer) + " |");
            if (answer == null) {
                missed.add(mutation.what());
            }
        }
        missed.removeAll(HARMLESS);
        assertThat(missed).isEmpty();
    }
}
