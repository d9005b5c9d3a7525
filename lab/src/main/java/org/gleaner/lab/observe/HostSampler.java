package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.observe.HostColumns.Faults;
import org.gleaner.lab.observe.HostColumns.Stalled;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Observer;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.mm.Host;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.psi.PressureStall;

/// Takes samples of a host in virtual time, each once its time has come.
public final class HostSampler implements Observer {
    private static final String HOST = "host";

    /// Before anything else is said.
    private static final String WARM_UP = "warm-up";

    private final VirtualEngine engine;
    private final Host host;
    private final PressureStall pressure;
    private final PressureGroup hostGroup;
    private final List<ObservedGuest> guests;
    private final HostSeries series;

    /// Faults that guests' vCPUs no longer count.
    private final Map<ObservedGuest, Faults> forgotten = new HashMap<>();

    private String phase = WARM_UP;
    private long next;

    /// Looks at the host from now on.
    ///
    /// @param guests those that there are; more may come
    public HostSampler(
            VirtualEngine engine,
            Host host,
            PressureStall pressure,
            PressureGroup hostGroup,
            List<ObservedGuest> guests,
            HostSeries series) {
        this.engine = engine;
        this.host = host;
        this.pressure = pressure;
        this.hostGroup = hostGroup;
        this.guests = guests;
        this.series = series;
        engine.observe(this);
        EventLog events = series.events();
        if (events != null) {
            engine.trace(events);
        }
    }

    @Override
    public long passed(Cpu cpu, long nanos) {
        if (nanos >= next) {
            take(cpu, nanos, false);
            next = series.next(nanos);
        }
        return next;
    }

    /// A part of the run begins. Called by an actor.
    public void begin(String name) {
        phase = name;
        bound();
    }

    /// A part of the run is over, or all of it.
    public void end() {
        bound();
    }

    private void bound() {
        long nanos = engine.earliest();
        List<HostSample> all = series.moments();
        if (!all.isEmpty() && all.getLast().nanos() >= nanos) {
            series.relabel(phase);
        } else {
            take(engine.cpus().getFirst(), nanos, true);
        }
    }

    /// The vCPUs of a guest are about to forget their faults.
    public void forgets(ObservedGuest guest) {
        forgotten.put(guest, faults(guest).sum());
    }

    private Faults faults(ObservedGuest guest) {
        Faults before = forgotten.get(guest);
        return before == null
                ? new Faults(guest.vcpus().get(), 0, 0)
                : new Faults(guest.vcpus().get(), before.count(), before.nanos());
    }

    private void take(Cpu cpu, long nanos, boolean isBound) {
        pressure.catchUp(nanos);
        List<HostSample.Row> rows = new ArrayList<>();
        rows.add(new HostSample.Row(HOST, host(cpu, nanos)));
        if (guests.size() > 1) {
            guests.forEach(
                    guest -> rows.add(new HostSample.Row(guest.name(), guest(cpu, guest, nanos))));
        }
        series.add(new HostSample(nanos, phase, isBound, rows));
        if (series.heatIsDue(nanos)) {
            List<Heat> heat = new HeatLook(cpu, host, nanos).of(guests);
            if (!heat.isEmpty()) {
                series.addHeat(heat);
            }
        }
    }

    private long[] host(Cpu cpu, long nanos) {
        List<Lruvec> lruvecs = host.memcgs().all().stream().map(Memcg::lruvec).toList();
        return HostColumns.row(
                cpu,
                host.node().zone().free(cpu),
                lruvecs,
                host.stat(),
                stalled(hostGroup, nanos),
                guests.stream().map(this::faults).toList(),
                engine.lockWaits());
    }

    private long[] guest(Cpu cpu, ObservedGuest guest, long nanos) {
        ObservedGuest.Memory memory = guest.memory().get();
        if (memory == null) {
            return HostColumns.nothing();
        }
        Memcg memcg = memory.mm().memcg();
        return HostColumns.row(
                cpu,
                HostColumns.NONE,
                List.of(memcg.lruvec()),
                memcg.stat(),
                stalled(guest.group(), nanos),
                List.of(faults(guest)),
                null);
    }

    private static Stalled stalled(PressureGroup group, long nanos) {
        return new Stalled(group.someNanos(nanos), group.fullNanos(nanos));
    }
}
