package org.gleaner.lab.report;

import java.util.Locale;
import org.gleaner.lab.run.PackingResult;
import org.gleaner.lab.size.Size;

/// How many hosts VMs need, for people.
public final class PackingText {

    private PackingText() {}

    public static String of(PackingResult packing) {
        StringBuilder text = new StringBuilder();
        PackingResult.Way sizes = packing.ways().getFirst();
        PackingResult.Way simulated = packing.ways().getLast();
        line(
                text,
                "%s VMs of %s need %s by simulation, and %s by their sizes: %s",
                Figures.count(packing.vms()),
                packing.population(),
                hosts(simulated.hosts().size()),
                hosts(sizes.hosts().size()),
                saved(packing.hostsSaved()));
        line(
                text,
                "at scale %s: hosts of %s, VMs of %s that touch %s",
                packing.scale(),
                memory(packing.hostPages()),
                memory(packing.sizePages()),
                memory(packing.touchedPages()));
        line(text, "every VM is to keep: %s", String.join(", ", packing.objectives()));
        text.append('\n').append(table(packing)).append('\n');
        line(text, "size: sizes are added up; touched: what VMs touch is");
        line(
                text,
                "simulated: a host takes a VM if all on it keep the objectives when it is"
                        + " simulated, which all hosts of the other ways are too");
        line(
                text,
                "strain: how close the worst VM comes to breaking an objective; from 1 on it does");
        text.append('\n').append(hosts(simulated, packing)).append('\n');
        packing.assumed().forEach(each -> line(text, "assumed: %s", each));
        line(text, "%s sets of VMs were simulated", Figures.count(packing.trials()));
        return text.toString();
    }

    private static String hosts(int count) {
        return Figures.count(count) + (count == 1 ? " host" : " hosts");
    }

    private static String saved(int hosts) {
        return hosts == 0
                ? "none is saved"
                : Figures.count(Math.abs(hosts)) + (hosts > 0 ? " saved" : " more");
    }

    private static String memory(long pages) {
        return Size.approximately(pages * Size.PAGE);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(Figures.wrapped(format.formatted(values))).append('\n');
    }

    private static TextTable table(PackingResult packing) {
        TextTable table =
                new TextTable(1, "by", "hosts", "broken", "VMs a host", "strain", "worst VM");
        for (PackingResult.Way each : packing.ways()) {
            table.row(
                    each.by(),
                    Figures.count(each.hosts().size()),
                    Figures.count(each.broken()),
                    String.format(
                            Locale.ROOT, "%.1f", packing.vms() / (double) each.hosts().size()),
                    strain(each.worstStrain()),
                    each.worstVm() + ", " + each.worst());
        }
        return table;
    }

    private static TextTable hosts(PackingResult.Way way, PackingResult packing) {
        TextTable table =
                new TextTable(0, "host", "VMs", "sizes/host", "touched/host", "strain", "worst VM");
        for (int i = 0; i < way.hosts().size(); i++) {
            PackingResult.Host host = way.hosts().get(i);
            table.row(
                    i + 1,
                    host.vms().size(),
                    ratio(host.sizePages(), packing.hostPages()),
                    ratio(host.touchedPages(), packing.hostPages()),
                    strain(host.strain()),
                    host.worstVm());
        }
        return table;
    }

    private static String ratio(long pages, long of) {
        return String.format(Locale.ROOT, "%.2f", pages / (double) of);
    }

    private static String strain(double value) {
        return value >= Double.MAX_VALUE ? "killed" : Figures.number(value);
    }
}
