package org.gleaner.lab.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.gleaner.lab.observe.EventLog;
import org.gleaner.lab.observe.EventLog.Event;
import org.gleaner.lab.observe.HostColumns;
import org.gleaner.lab.observe.HostSample;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.machine.Tracepoint;

/// Events and samples in the Trace Event Format, which trace viewers open. Each host is two
/// processes: its CPUs, and its locks.
final class TraceEventsJson {
    /// Counters of the trace, each with the columns of samples that are its parts.
    private static final List<List<String>> COUNTERS =
            List.of(
                    List.of("nr_free_pages", "nr_free_pages"),
                    List.of("nr_lru_anon", "nr_inactive_anon", "nr_active_anon"),
                    List.of(
                            "lru_gen_anon",
                            "lru_gen_anon_3",
                            "lru_gen_anon_2",
                            "lru_gen_anon_1",
                            "lru_gen_anon_0"));

    private final Appendable out;
    private boolean first = true;

    private TraceEventsJson(Appendable out) {
        this.out = out;
    }

    static void write(List<HostSeries> all, Appendable out) throws IOException {
        out.append("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        TraceEventsJson json = new TraceEventsJson(out);
        int pid = 1;
        for (HostSeries each : all) {
            json.host(each, pid);
            pid += 2;
        }
        out.append("\n]}\n");
    }

    private void host(HostSeries series, int pid) throws IOException {
        EventLog events = series.events();
        if (events == null) {
            return;
        }
        name("process_name", pid, 0, series.name());
        counters(series, pid);
        tracks(events.ofCpus(), pid, events::cpuName, this::ofCpu);
        name("process_name", pid + 1, 0, series.name() + " locks");
        tracks(events.ofLocks(), pid + 1, EventLog::lockName, this::ofLock);
    }

    private interface Line {
        void write(Event event, int pid) throws IOException;
    }

    private void tracks(List<Event> events, int pid, IntFunction<String> names, Line line)
            throws IOException {
        Set<Integer> named = new HashSet<>();
        for (Event event : events) {
            if (named.add(event.track())) {
                name("thread_name", pid, event.track() + 1, names.apply(event.track()));
            }
            line.write(event, pid);
        }
    }

    private void ofCpu(Event event, int pid) throws IOException {
        Tracepoint point = EventLog.point(event);
        if (point == null) {
            slice(event, pid, EventLog.lockName(event), waits(event));
        } else if (event.nanos() == 0) {
            head(event, pid, point.pointName, "i");
            out.append(",\"s\":\"t\"");
            end(fields(event, point));
        } else {
            slice(event, pid, point.pointName, fields(event, point));
        }
    }

    private void ofLock(Event event, int pid) throws IOException {
        slice(event, pid, EventLog.lockName(event.track()), waits(event));
    }

    private static List<String> waits(Event event) {
        return List.of(field("count", event.count()), field("wait_ns", event.nanos()));
    }

    /// What is of one event alone is left out of several.
    private static List<String> fields(Event event, Tracepoint point) {
        List<String> args = new ArrayList<>();
        if (event.isFolded()) {
            args.add(field("count", event.count()));
            args.add(field("total_ns", event.nanos()));
        }
        long[] values = {event.a(), event.b(), event.c()};
        int counts = point.counts.size();
        for (int i = 0; i < counts; i++) {
            args.add(field(point.counts.get(i), values[i]));
        }
        for (int i = 0; i < point.others.size() && !event.isFolded(); i++) {
            args.add(field(point.others.get(i), values[counts + i]));
        }
        return args;
    }

    private void counters(HostSeries series, int pid) throws IOException {
        for (List<String> counter : COUNTERS) {
            for (HostSample sample : series.moments()) {
                List<String> args = new ArrayList<>();
                for (String part : counter.subList(1, counter.size())) {
                    int column = HostColumns.NAMES.indexOf(part);
                    long value = sample.rows().getFirst().values()[column];
                    if (value != HostColumns.NONE) {
                        args.add(field(part, value));
                    }
                }
                if (!args.isEmpty()) {
                    begin(counter.getFirst(), "C", pid, 0);
                    out.append(",\"ts\":").append(micros(sample.nanos()));
                    end(args);
                }
            }
        }
    }

    private void slice(Event event, int pid, String name, List<String> args) throws IOException {
        head(event, pid, name, "X");
        out.append(",\"dur\":").append(micros(event.to() - event.from()));
        end(args);
    }

    private void head(Event event, int pid, String name, String phase) throws IOException {
        begin(name, phase, pid, event.track() + 1);
        out.append(",\"ts\":").append(micros(event.from()));
    }

    private void name(String what, int pid, int tid, String name) throws IOException {
        begin(what, "M", pid, tid);
        end(List.of("\"name\":" + ResultJson.quoted(name)));
    }

    private void begin(String name, String phase, int pid, int tid) throws IOException {
        out.append(first ? "\n" : ",\n");
        first = false;
        out.append("{\"name\":\"").append(name);
        out.append("\",\"ph\":\"").append(phase);
        out.append("\",\"pid\":").append(Integer.toString(pid));
        out.append(",\"tid\":").append(Integer.toString(tid));
    }

    private void end(List<String> args) throws IOException {
        out.append(",\"args\":{").append(String.join(",", args)).append("}}");
    }

    private static String field(String name, long value) {
        return '"' + name + "\":" + value;
    }

    private static String micros(long nanos) {
        return String.format(Locale.ROOT, "%d.%03d", nanos / 1000, nanos % 1000);
    }
}
