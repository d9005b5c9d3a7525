package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// How many VMs a host holds, for people: the answer, the curve, the knobs, what was assumed.
public final class AdviceText {

    private static final double MILLIS = 1e6;

    private final AdviceResult result;
    private final StringBuilder text = new StringBuilder();

    private AdviceText(AdviceResult result) {
        this.result = result;
    }

    public static String of(Completeness completeness, AdviceResult result) {
        return new AdviceText(result).all(completeness);
    }

    private String all(Completeness completeness) {
        line(completeness.line("answers"));
        answer(result).forEach(this::line);
        curve();
        givenBack();
        knobs();
        text.append("\nassumed\n");
        result.assumptions().forEach(each -> line("  " + each));
        line(
                String.format(
                        Locale.ROOT,
                        "%nsimulated in %s s, %d hosts",
                        Figures.number(result.wallSeconds()),
                        result.trials()));
        return text.toString();
    }

    private void line(String words) {
        text.append(Figures.wrapped(words)).append('\n');
    }

    /// What it comes to, in sentences.
    private static List<String> answer(AdviceResult result) {
        List<String> all = new ArrayList<>();
        String host = Size.approximately(result.hostPages() * result.host().pageSize().bytes());
        String what =
                result.vms().stream()
                        .map(AdviceResult.Vms::trace)
                        .collect(Collectors.joining(", "));
        all.add(
                String.format(
                        Locale.ROOT,
                        "%d %s of %s fit a host with %s: they touch %s of its memory",
                        result.fits(),
                        result.fits() == 1 ? "VM" : "VMs",
                        what,
                        host,
                        percent(result.fitsRatio())));
        all.add(
                "objectives: "
                        + result.objectives().stream()
                                .map(AdviceResult.Bound::text)
                                .collect(Collectors.joining(", ")));
        AdviceResult.Marginal marginal = result.marginal();
        all.add(
                marginal == null
                        ? "the search ended there: --most allows no more"
                        : marginal(marginal));
        if (!result.alsoHold().isEmpty()) {
            all.add(
                    "not monotone: the objectives hold again with "
                            + result.alsoHold().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", "))
                            + " VMs");
        }
        return all;
    }

    private static String percent(double ratio) {
        return Figures.number(100 * ratio).replaceFirst("\\.0+$", "") + " %";
    }

    private static String marginal(AdviceResult.Marginal marginal) {
        if (!marginal.room()) {
            return marginal.vms() + " have no room in memory and swap together";
        }
        String who = "with " + marginal.vms() + ", " + marginal.vm() + " ";
        Double value = marginal.value();
        Double bound = marginal.bound();
        if (marginal.ending() != null || value == null || bound == null) {
            return who + "is killed (" + marginal.ending() + ", seed " + marginal.seed() + ")";
        }
        String unit = Objects.requireNonNull(marginal.unit());
        return who
                + "has "
                + (unit.equals("/s")
                        ? figure(unit, value) + " " + marginal.metric() + unit
                        : marginal.metric() + " " + figure(unit, value) + suffix(unit))
                + ", "
                + Figures.number(value / bound)
                + " times its bound (seed "
                + marginal.seed()
                + ")";
    }

    private static String figure(String unit, double value) {
        if (value == 0) {
            return "0";
        }
        return Figures.number(unit.equals("ns") ? value / MILLIS : value);
    }

    private static String suffix(String unit) {
        return unit.equals("ns") ? " ms" : unit.equals("%") ? " %" : unit;
    }

    private void curve() {
        if (result.points().isEmpty()) {
            return;
        }
        List<String> heading = new ArrayList<>(List.of("VMs", "ratio"));
        headings(result.points().getFirst(), heading);
        heading.add("objectives");
        TextTable table = new TextTable(0, heading.toArray(String[]::new));
        for (AdviceResult.Point point : result.points()) {
            List<Object> cells = new ArrayList<>();
            cells.add(point.vms() + (point.vms() == result.fits() ? "*" : ""));
            cells.add(String.format(Locale.ROOT, "%.2f", point.ratio()));
            figures(point, cells);
            cells.add(verdict(point));
            table.row(cells.toArray());
        }
        text.append('\n').append(table);
        line(
                result.seeds().size() > 1
                        ? "of the VM that does worst: median (and range) of "
                                + result.seeds().size()
                                + " seeds"
                        : "of the VM that does worst");
    }

    private static void headings(AdviceResult.Point point, List<String> heading) {
        point.worst().forEach(each -> heading.add(each.metric() + suffix(each.unit())));
    }

    private static void figures(AdviceResult.Point point, List<Object> cells) {
        for (AdviceResult.Worst worst : point.worst()) {
            String median = figure(worst.unit(), worst.median());
            cells.add(
                    worst.low() == worst.high()
                            ? median
                            : median
                                    + " ("
                                    + figure(worst.unit(), worst.low())
                                    + "-"
                                    + figure(worst.unit(), worst.high())
                                    + ")");
        }
    }

    private void givenBack() {
        AdviceResult.GivenBack back = result.givenBack();
        if (back == null) {
            return;
        }
        List<AdviceResult.Giver> vms = back.vms();
        List<String> heading = new ArrayList<>(List.of("VM", "touches", "keeps", "saved %"));
        vms.getFirst().figures().forEach(each -> heading.add(each.metric() + suffix(each.unit())));
        TextTable table = new TextTable(1, heading.toArray(String[]::new));
        for (AdviceResult.Giver vm : vms) {
            List<Object> cells = new ArrayList<>();
            cells.add(vm.vm());
            cells.add(Figures.count(vm.touchedPages()));
            cells.add(Figures.count(vm.residentPages()));
            cells.add(figure("%", vm.savedPercent()));
            vm.figures().forEach(each -> cells.add(figure(each.unit(), each.value())));
            table.row(cells.toArray());
        }
        text.append('\n').append(table);
        line(
                String.format(
                        Locale.ROOT,
                        "asked back while psi some is below %s %%, %d %s save %s of the pages that"
                                + " they touch (seed %d); fleets were published to save 20-32 %%",
                        Figures.number(back.targetPercent()),
                        vms.size(),
                        vms.size() == 1 ? "VM" : "VMs",
                        percent(back.savedPercent() / 100),
                        back.seed()));
    }

    private static String verdict(AdviceResult.Point point) {
        if (point.killed() > 0) {
            return "killed";
        }
        return point.holds() ? "hold" : "broken";
    }

    private void knobs() {
        if (result.knobs().isEmpty()) {
            return;
        }
        List<String> heading = new ArrayList<>(List.of("otherwise", "fit", "more"));
        AdviceResult.Point usual = pointOf(result.fits() + 1);
        for (AdviceResult.Knob knob : result.knobs()) {
            if (knob.marginal() != null) {
                headings(knob.marginal(), heading);
                break;
            }
        }
        TextTable table = new TextTable(1, heading.toArray(String[]::new));
        row(table, "as it is", result.fits(), "", usual);
        for (AdviceResult.Knob knob : result.knobs()) {
            String more = String.format(Locale.ROOT, "%+d", knob.more());
            row(table, knob.setting(), knob.fits(), knob.more() == 0 ? "0" : more, knob.marginal());
        }
        text.append('\n').append(table);
        line("figures with " + (result.fits() + 1) + " VMs");
    }

    private AdviceResult.@Nullable Point pointOf(int vms) {
        return result.points().stream().filter(each -> each.vms() == vms).findFirst().orElse(null);
    }

    private static void row(
            TextTable table,
            String what,
            int fits,
            String more,
            AdviceResult.@Nullable Point point) {
        List<Object> cells = new ArrayList<>(List.of(what, fits, more));
        if (point != null) {
            for (AdviceResult.Worst worst : point.worst()) {
                cells.add(figure(worst.unit(), worst.median()));
            }
        }
        table.row(cells.toArray());
    }
}
