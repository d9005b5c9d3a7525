package org.gleaner.lab.execute.torture;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.execute.guest.Agers;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.guest.Zapper;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockDep;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.audit.HostAudit;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// One machine under torture, from its setup to its end: eight vCPUs over memory that two slots
/// show and that is a third larger than the host, a swap file, kswapd, two agers and a zapper.
///
/// It ends with every page read, the process gone, the VM destroyed and the host audited.
final class TortureRound {
    static final int VCPUS = 8;
    static final int AGERS = 2;

    static final int PAGES = 2048;
    private static final int SLOTS = 2;
    private static final long WATCH_NANOS = 20_000_000;

    /// Small lists of free pages, for eleven CPUs have one each.
    private static final Scale LISTS = Scale.parse("1/8");

    /// What a round is made of.
    record Kind(AgingChoice aging, PteFormatChoice format, Lru lru, Backing backing) {
        @Override
        public String toString() {
            return String.join(", ", aging.label(), format.label(), lru.label(), backing.label());
        }
    }

    private final long nanos;
    private final GuestMachine machine;
    private final Crew crew;
    private final Agers agers;
    private final Zapper zapper;
    private final List<TortureGuest> guests = new ArrayList<>();
    private final TortureAccesses accesses = new TortureAccesses();
    private volatile boolean aborted;

    /// @param nanos how long the torture itself lasts
    TortureRound(Kind kind, long seed, long nanos) {
        this.nanos = nanos;
        MmuStress scenario = scenario(kind, seed);
        Configuration configuration = scenario.configurations().getFirst();
        AgingPlan plan = Support.plan(kind.aging());
        machine =
                new GuestMachine(
                        new ScenarioRequest<>(scenario, LISTS, EngineChoice.THREADS, false),
                        configuration,
                        plan,
                        SwapDeviceChoice.DISK,
                        AGERS + 2);
        crew = new Crew(machine, VCPUS);
        agers = new Agers(machine, scenario, configuration);
        zapper = new Zapper(machine, SLOTS, kind.backing() == Backing.MEMFD, seed ^ 0x5A);
        for (int i = 0; i < VCPUS; i++) {
            guests.add(new TortureGuest(zapper, i, PAGES, SLOTS, accesses, seed + i));
        }
    }

    private static MmuStress scenario(Kind kind, long seed) {
        List<String> settings =
                List.of(
                        "seed=" + seed,
                        "host.cpus=16",
                        "host.memory=6MiB",
                        "host.watermarks.minFree=128KiB",
                        "host.swap.device=disk",
                        "host.swap.size=64MiB",
                        "guest.vcpus=" + VCPUS,
                        "guest.memory=" + PAGES * SLOTS + "p",
                        "guest.slotSize=" + PAGES + "p",
                        "guest.backing=" + kind.backing().label(),
                        "guest.format=" + kind.format().label(),
                        "guest.tlbEntries=64",
                        "host.lru=" + kind.lru().label(),
                        "configurations=[{name: x, aging: " + kind.aging().label() + "}]");
        return (MmuStress) ScenarioReader.read(MmuStress.KIND, settings, Scale.FULL);
    }

    /// Runs the round. Throws what an actor threw, or the first finding of the audit.
    void run() {
        try (machine) {
            if (TortureRound.class.desiredAssertionStatus()) {
                machine.engine().cpus().forEach(daemon -> daemon.lockDep = new LockDep());
            }
            machine.spawn("boss", this::boss);
            machine.engine().daemon("watch", this::watch);
            machine.engine().run();
        }
        List<String> findings =
                new HostAudit(machine.host(), machine.engine().cpus().getFirst()).findings();
        if (!findings.isEmpty()) {
            throw new AssertionError("the host's books are wrong: " + findings);
        }
    }

    private void boss(Cpu boss) {
        machine.build(boss);
        crew.hire(boss);
        agers.start(AGERS);
        zapper.start();
        long end = boss.now() + nanos;
        crew.together(boss, (cpu, vcpu, i) -> guests.get(i).run(cpu, vcpu, end));
        zapper.stop(boss);
        crew.together(boss, this::verify);
        crew.dismiss(boss);
        // who walks the tables from outside holds off the exit
        agers.stop(boss);
        machine.host().mappingChanges().exit(boss, machine.mm());
        machine.vm().destroy(boss);
    }

    /// Each vCPU reads its share of the pages, with what all have written there.
    private void verify(Cpu cpu, Vcpu vcpu, int index) {
        for (int page = index; page < PAGES; page += VCPUS) {
            for (TortureGuest guest : guests) {
                guest.verify(cpu, vcpu, page);
            }
        }
    }

    private void watch(Cpu cpu) {
        while (!aborted) {
            cpu.sleep(WATCH_NANOS);
        }
        throw new Cancelled();
    }

    /// Ends every actor where it next looks.
    void abort() {
        aborted = true;
    }

    GuestMachine machine() {
        return machine;
    }

    TortureAccesses accesses() {
        return accesses;
    }

    Agers agers() {
        return agers;
    }

    Zapper zapper() {
        return zapper;
    }

    long count(VmEvent event) {
        return machine.host().stat().get(event);
    }

    /// Where the machine's actors are, by their threads.
    String stacks() {
        StringBuilder text = new StringBuilder();
        List<String> names = machine.engine().cpus().stream().map(cpu -> cpu.name).toList();
        Thread.getAllStackTraces()
                .forEach((thread, frames) -> {
                    if (names.contains(thread.getName())) {
                        append(text, thread.getName(), frames);
                    }
                });
        return text.toString();
    }

    private static void append(
            StringBuilder text, String name, StackTraceElement @Nullable [] frames) {
        text.append(name).append('\n');
        if (frames != null) {
            for (StackTraceElement frame : frames) {
                text.append("    at ").append(frame).append('\n');
            }
        }
    }
}
