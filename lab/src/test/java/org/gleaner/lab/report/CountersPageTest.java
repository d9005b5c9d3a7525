package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gleaner.lab.observe.HostColumns;
import org.gleaner.lab.run.RunStatistics.LockClassUse;
import org.gleaner.machine.LockClass;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;

/// `docs/reference/counters.md` names each counter that is printed, in its order, and no other.
final class CountersPageTest {

    private static final Path PAGE = Path.of("..", "docs", "reference", "counters.md");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @Test
    void vmstat() {
        assertThat(names("`vmstat`", 1)).isEqualTo(events());
    }

    @Test
    void samples() {
        List<String> page = names("`samples.csv`", 1);
        int behind = page.indexOf("max_seq") + 1;
        List<String> whole =
                Stream.of(page.subList(0, behind), events(), page.subList(behind, page.size()))
                        .flatMap(List::stream)
                        .toList();
        assertThat(whole).isEqualTo(SeriesCsv.columns().toList());
        assertThat(whole).endsWith(HostColumns.NAMES.toArray(String[]::new));
    }

    @Test
    void theLockTable() {
        assertThat(names("The lock table", 1))
                .isEqualTo(
                        Arrays.stream(LockClassUse.class.getRecordComponents())
                                .map(each -> each.getName())
                                .toList());
        String heading =
                StatisticsText.of(List.of(Samples.neighbours()))
                        .lines()
                        .filter(line -> line.contains(": locks "))
                        .findFirst()
                        .orElseThrow();
        List<String> columns = List.of(heading.strip().split("\\s{2,}"));
        assertThat(names("The lock table", 2))
                .containsExactlyInAnyOrderElementsOf(columns.subList(1, columns.size()));
    }

    @Test
    void locks() {
        assertThat(names("Locks", 1))
                .isEqualTo(
                        Arrays.stream(LockClass.values())
                                .filter(each -> each.kind != LockClass.Kind.SRCU)
                                .map(each -> each.lockName)
                                .toList());
    }

    private static List<String> events() {
        return Arrays.stream(VmEvent.values()).map(VmEvent::statName).toList();
    }

    /// What a column of the table under a heading has in code, row by row.
    ///
    /// @param column from 1
    private static List<String> names(String heading, int column) {
        return text().lines()
                .dropWhile(line -> !line.equals("## " + heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .map(line -> line.split("\\|")[column])
                .flatMap(cell -> NAME.matcher(cell).results().map((MatchResult r) -> r.group(1)))
                .toList();
    }

    private static String text() {
        try {
            return Files.readString(PAGE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
