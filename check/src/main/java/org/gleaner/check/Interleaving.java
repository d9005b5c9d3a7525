package org.gleaner.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Trial;
import org.gleaner.check.schedule.Replay;
import org.gleaner.check.schedule.ScheduleString;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.Step;
import org.jspecify.annotations.Nullable;

/// The steps of one run, for people: who did what, in which function, to which word.
///
/// Of a stretch of steps by one actor only those are shown that matter to another: they touch a
/// word that another actor touches too. The others are counted. Of a run by one actor all are
/// shown.
final class Interleaving {
    private static final int TERMINAL = 80;

    /// Of a column. A longer line runs on below the next, which is empty there.
    private static final int LEAST_WIDTH = 20;

    private static final int SMALL = 100_000;

    /// One step.
    record Line(
            int actor,
            String function,
            String kind,
            String word,
            @Nullable String before,
            @Nullable String after,
            boolean shared) {
        String change() {
            if (before == null) {
                return "";
            }
            return before.equals(after) ? "= " + before : before + " -> " + after;
        }
    }

    final List<String> actors = new ArrayList<>();
    final List<Line> lines = new ArrayList<>();
    final Finding finding;
    final ScheduleString schedule;

    private Interleaving(Finding finding, ScheduleString schedule) {
        this.finding = finding;
        this.schedule = schedule;
    }

    static Interleaving of(Trial trial, Finding finding, ScheduleString schedule) {
        Interleaving result = new Interleaving(finding, schedule);
        Recorder recorder = new Recorder(schedule);
        trial.run(recorder);
        ExploringEngine engine = trial.engine();
        Names names = new Names(trial.stage());
        for (int a = 0; a < engine.actors(); a++) {
            result.actors.add(engine.name(a));
        }
        for (int k = 0; k < recorder.seen.size(); k++) {
            Seen s = recorder.seen.get(k);
            String word = s.word == Step.NOTHING ? "" : names.of(engine, s.word);
            result.lines.add(
                    new Line(
                            s.actor,
                            s.function,
                            s.kind.text,
                            word,
                            s.tells() ? value(s.before) : null,
                            s.tells() ? value(s.after) : null,
                            recorder.isShared(k)));
        }
        return result;
    }

    private record Seen(
            int actor,
            String function,
            Step.Kind kind,
            int word,
            int span,
            boolean writes,
            long before,
            long after) {
        /// Whether the values of the word mean something.
        boolean tells() {
            return switch (kind) {
                case READ, WRITE, FENCE -> false;
                default -> true;
            };
        }
    }

    /// Small numbers as they are, others in hexadecimal.
    static String value(long v) {
        return v > -SMALL && v < SMALL ? Long.toString(v) : "0x" + Long.toHexString(v);
    }

    /// A replay that notes what is done and where.
    private static final class Recorder extends Replay {
        private static final StackWalker WALKER =
                StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

        final List<Seen> seen = new ArrayList<>();

        Recorder(ScheduleString schedule) {
            super(schedule);
        }

        @Override
        public void taken(ExploringEngine engine, int who, Step step) {
            super.taken(engine, who, step);
            String function = step.kind == Step.Kind.DRAIN ? "" : function();
            seen.add(
                    new Seen(
                            who,
                            function,
                            step.kind,
                            step.word,
                            step.span,
                            step.writes,
                            step.before,
                            step.after));
        }

        /// Who called the CPU that takes the step.
        private static String function() {
            return WALKER.walk(frames ->
                    frames.dropWhile(frame -> !isOfCpu(frame))
                            .filter(frame -> !isOfCpu(frame))
                            .findFirst()
                            .map(Recorder::text)
                            .orElse(""));
        }

        private static boolean isOfCpu(StackWalker.StackFrame frame) {
            Class<?> type = frame.getDeclaringClass();
            return type != Cpu.class && Cpu.class.isAssignableFrom(type);
        }

        private static String text(StackWalker.StackFrame frame) {
            String type = frame.getClassName();
            String simple = type.substring(type.lastIndexOf('.') + 1).replaceAll("\\$.*", "");
            String method = frame.getMethodName().replaceAll("lambda\\$(\\w+)\\$\\d+", "$1");
            return simple + "." + method;
        }

        boolean isShared(int k) {
            Seen mine = seen.get(k);
            for (Seen other : seen) {
                if (other.actor != mine.actor
                        && (other.writes || mine.writes)
                        && Step.overlaps(mine.word, mine.span, other.word, other.span)) {
                    return true;
                }
            }
            return false;
        }
    }

    // --- text --------------------------------------------------------------------------------

    /// A column for each actor; what broke stands below.
    String text(String replay) {
        List<Integer> columns = columns();
        int width = Math.max(LEAST_WIDTH, TERMINAL / Math.max(1, columns.size()));
        StringBuilder out = new StringBuilder();
        for (int a : columns) {
            out.append(pad(ScheduleString.letter(a) + " " + actors.get(a), width));
        }
        trim(out).append('\n');
        int before = -1;
        int hidden = 0;
        for (int k = 0; k < lines.size(); k++) {
            Line line = lines.get(k);
            if (!isShown(k)) {
                hidden++;
                continue;
            }
            int at = columns.indexOf(line.actor()) * width;
            if (before >= 0 && before != line.actor()) {
                out.append("-".repeat(width * columns.size())).append('\n');
            }
            if (hidden > 0) {
                out.append(" ".repeat(at)).append("  (").append(hidden).append(" private)\n");
                hidden = 0;
            }
            before = line.actor();
            out.append(" ".repeat(at)).append(line.function()).append('\n');
            out.append(" ".repeat(at)).append("  ").append(line.kind()).append(' ');
            out.append(line.word()).append(' ').append(line.change());
            trim(out).append('\n');
        }
        out.append('\n').append(finding.detector().text).append(": ").append(finding.message());
        out.append(
                String.format(
                        Locale.ROOT,
                        "%n%d context switches; replay: %s%n",
                        schedule.switches(),
                        replay));
        return out.toString();
    }

    private boolean isShown(int k) {
        Line line = lines.get(k);
        return line.shared()
                || schedule.switches() == 0
                || k == lines.size() - 1
                || lines.get(k + 1).actor() != line.actor();
    }

    List<Integer> columns() {
        return lines.stream().map(Line::actor).distinct().sorted().toList();
    }

    private static StringBuilder trim(StringBuilder out) {
        int end = out.length();
        while (end > 0 && out.charAt(end - 1) == ' ') {
            end--;
        }
        out.setLength(end);
        return out;
    }

    private static String pad(String s, int width) {
        return s.length() >= width ? s : s + " ".repeat(width - s.length());
    }

    // --- data --------------------------------------------------------------------------------

    /// The same steps as in the text, as records.
    CheckResult.Run run(String asks, String replay) {
        List<Integer> columns = columns();
        List<CheckResult.Step> shown = new ArrayList<>();
        int hidden = 0;
        for (int k = 0; k < lines.size(); k++) {
            if (!isShown(k)) {
                hidden++;
                continue;
            }
            Line line = lines.get(k);
            shown.add(
                    new CheckResult.Step(
                            columns.indexOf(line.actor()),
                            hidden,
                            line.function(),
                            line.kind(),
                            line.word(),
                            line.before(),
                            line.after()));
            hidden = 0;
        }
        return new CheckResult.Run(asks, replay, columns.stream().map(actors::get).toList(), shown);
    }
}
