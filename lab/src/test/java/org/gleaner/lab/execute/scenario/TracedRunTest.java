package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.observe.HostColumns;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.observe.Pace;
import org.gleaner.lab.report.SeriesCsv;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Events of runs: what a trace viewer asks of the file, and that nothing is lost in it.
final class TracedRunTest {

    private static MaxGuestMemoryResult run(Observation observation) {
        Scale scale = Scale.parse("1/4096");
        List<String> few = List.of("guest.vcpus=16", "host.cpus=16");
        MaxGuestMemory scenario =
                (MaxGuestMemory) ScenarioReader.read(MaxGuestMemory.KIND, few, scale);
        return MaxGuestMemoryRun.run(
                new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false)
                        .with(observation),
                Progress.SILENT);
    }

    private static final Observation OBSERVED = Observation.withEvents(Pace.USUAL);
    private static final MaxGuestMemoryResult RESULT = run(OBSERVED);
    private static final List<JsonNode> EVENTS = events();

    private static List<JsonNode> events() {
        try {
            StringBuilder text = new StringBuilder();
            Objects.requireNonNull(SeriesCsv.files(OBSERVED.series()).get("trace.json"))
                    .writeTo(text);
            return JsonMapper.shared()
                    .readTree(text.toString())
                    .get("traceEvents")
                    .valueStream()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tellingChangesNothing() {
        assertThat(RESULT.runs()).isEqualTo(run(Observation.NONE).runs());
    }

    /// What viewers ask for: known phases, fields that each needs, processes and threads with a
    /// name, times in order, and slices of a thread one in another or apart.
    @Test
    void aViewerCanReadIt() {
        Set<String> named = new HashSet<>();
        Map<String, Double> last = new HashMap<>();
        Map<String, Deque<Double>> open = new HashMap<>();
        for (JsonNode event : EVENTS) {
            String phase = event.get("ph").stringValue();
            String process = event.get("pid").intValue() + "";
            String thread = process + "/" + event.get("tid").intValue();
            assertThat(event.get("name").stringValue()).isNotEmpty();
            assertThat(phase).isIn("M", "X", "i", "C");
            if (phase.equals("M")) {
                String what = event.get("name").stringValue();
                assertThat(what).isIn("process_name", "thread_name");
                assertThat(event.get("args").get("name").stringValue()).isNotEmpty();
                assertThat(named.add(what.equals("process_name") ? process : thread)).isTrue();
                continue;
            }
            double at = event.get("ts").doubleValue();
            assertThat(at).isNotNegative();
            assertThat(named).contains(process);
            if (phase.equals("C")) {
                assertThat(event.get("args").size()).isPositive();
                continue;
            }
            assertThat(named).contains(thread);
            assertThat(at).isGreaterThanOrEqualTo(last.getOrDefault(thread, 0.0));
            last.put(thread, at);
            if (phase.equals("i")) {
                assertThat(event.get("s").stringValue()).isEqualTo("t");
                continue;
            }
            double end = at + event.get("dur").doubleValue();
            Deque<Double> around = open.computeIfAbsent(thread, _ -> new ArrayDeque<>());
            while (!around.isEmpty() && around.peek() <= at + 1e-4) {
                around.pop();
            }
            if (!around.isEmpty()) {
                assertThat(end).as(thread + " " + event).isLessThanOrEqualTo(around.peek() + 1e-4);
            }
            around.push(end);
        }
    }

    @Test
    void countsAreThoseOfVmstat() {
        List<HostSeries> hosts = OBSERVED.series();
        assertThat(hosts).hasSize(3);
        for (int i = 0; i < hosts.size(); i++) {
            HostSeries host = hosts.get(i);
            int pid = 2 * i + 1;
            String shrink = "mm_vmscan_lru_shrink_inactive";
            int kswapd = thread(pid, "kswapd0");
            assertThat(sum(pid, shrink, "nr_scanned", _ -> true)).isEqualTo(last(host, "pgscan"));
            assertThat(sum(pid, shrink, "nr_reclaimed", _ -> true))
                    .isEqualTo(last(host, "pgsteal"));
            assertThat(sum(pid, shrink, "nr_scanned", tid -> tid == kswapd))
                    .isPositive()
                    .isEqualTo(last(host, "pgscan_kswapd"));
            assertThat(sum(pid, shrink, "nr_scanned", tid -> tid != kswapd))
                    .isPositive()
                    .isEqualTo(last(host, "pgscan_direct"));
            assertThat(sum(pid, shrink, "nr_reclaimed", tid -> tid == kswapd))
                    .isEqualTo(last(host, "pgsteal_kswapd"));
            assertThat(sum(pid, "kvm_page_fault", "count", _ -> true))
                    .isPositive()
                    .isEqualTo(last(host, "vcpu_stalls"));
            assertThat(sum(pid, "mm_vmscan_direct_reclaim_begin", "count", _ -> true))
                    .isEqualTo(sum(pid, "mm_vmscan_direct_reclaim_end", "count", _ -> true))
                    .isEqualTo(last(host, "allocstall"));
            assertThat(sum(pid, "mm_vmscan_kswapd_wake", "count", _ -> true))
                    .isEqualTo(last(host, "pageoutrun"));
            for (String lock : List.of("mmu_lock", "mmu_lock:R", "ptlock", "lru_lock")) {
                assertThat(sum(pid, lock, "count", _ -> true))
                        .isEqualTo(sum(pid + 1, lock, "count", _ -> true))
                        .isEqualTo(last(host, lock + "_contended"));
                assertThat(sum(pid, lock, "wait_ns", _ -> true))
                        .isEqualTo(last(host, lock + "_wait_ns"));
            }
        }
        assertThat(sum(1, "kvm_age_hva", "count", _ -> true)).isPositive();
    }

    private static long sum(int pid, String name, String field, Predicate<Integer> threads) {
        return EVENTS.stream()
                .filter(each -> each.get("pid").intValue() == pid)
                .filter(each -> each.get("name").stringValue().equals(name))
                .filter(each -> !each.get("ph").stringValue().equals("C"))
                .filter(each -> threads.test(each.get("tid").intValue()))
                .mapToLong(each -> {
                    JsonNode value = each.get("args").get(field);
                    return value == null ? 1 : value.longValue();
                })
                .sum();
    }

    private static int thread(int pid, String name) {
        return EVENTS.stream()
                .filter(each -> each.get("pid").intValue() == pid)
                .filter(each -> each.get("name").stringValue().equals("thread_name"))
                .filter(each -> each.get("args").get("name").stringValue().equals(name))
                .mapToInt(each -> each.get("tid").intValue())
                .findFirst()
                .orElseThrow();
    }

    private static long last(HostSeries host, String column) {
        return host.moments()
                .getLast()
                .rows()
                .getFirst()
                .values()[HostColumns.NAMES.indexOf(column)];
    }
}
