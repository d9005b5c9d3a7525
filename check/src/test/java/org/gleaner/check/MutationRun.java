package org.gleaner.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;

/// Plants one bug after another into a copy of `core`, and asks the programs of the catalogue, as they are,
/// whether they notice. Run [#main] from the checkout, after a build, with a word of the bugs to plant or
/// none for all; `docs/check.md` has the table.
///
/// To try a bug of one's own, add a line to [#MUTATIONS]: a file of `core`, a text that occurs in it once,
/// and what to put in its place.
final class MutationRun {
    /// Enough for a bug that a program can find at all.
    private static final long SECONDS = 6;

    private static final int PREEMPTIONS = 3;

    private record Mutation(String what, String file, String from, String to) {}

    private static final List<Mutation> MUTATIONS =
            List.of(
                    new Mutation(
                            "spin lock: the leaving head grants nobody",
                            "machine/QueuedSpinLock.java",
                            "        cpu.fetchOr(nodeOf(next), GRANTED);\n",
                            ""),
                    new Mutation(
                            "rw lock: a queued reader does not wait for the writer",
                            "machine/QueuedRwLock.java",
                            "        cpu.await(counts, LOCKED, 0);\n",
                            ""),
                    new Mutation(
                            "rw semaphore: a writer that queues does not look again",
                            "machine/RwSemaphore.java",
                            "            cpu.fetchOr(counts, WAITERS);\n        }\n        serve(cpu);\n",
                            "            cpu.fetchOr(counts, WAITERS);\n        }\n"),
                    new Mutation(
                            "bit lock: a waiter counts itself after its try",
                            "machine/BitSpinLock.java",
                            "        cpu.fetchAdd(bucket.waiting, 1);\n"
                                    + "        if (take(cpu, slab, i, mask)) {\n"
                                    + "            cpu.fetchAdd(bucket.waiting, -1);\n",
                            "        boolean taken = take(cpu, slab, i, mask);\n"
                                    + "        cpu.fetchAdd(bucket.waiting, 1);\n"
                                    + "        if (taken) {\n"
                                    + "            cpu.fetchAdd(bucket.waiting, -1);\n"),
                    new Mutation(
                            "RCU: no full fence after the entry of a section",
                            "machine/Rcu.java",
                            "        if (mine[NESTING]++ == 0) {\n"
                                    + "            cpu.publish(mine, COUNT, mine[COUNT] + 1);",
                            "        if (mine[NESTING]++ == 0) {\n"
                                    + "            cpu.store(mine, COUNT, cpu.load(mine, COUNT) + 1);"),
                    new Mutation(
                            "RCU: the grace period waits for nobody",
                            "machine/Rcu.java",
                            "            if ((seen & 1) != 0) {",
                            "            if ((seen & 1) != 0 && seen < 0) {"),
                    new Mutation(
                            "SRCU: only the set that was not in use is waited for",
                            "machine/Srcu.java",
                            "        awaitEmpty(cpu, used, pollNanos);\n",
                            ""),
                    new Mutation(
                            "slab: a table is popped by a load and a store",
                            "pagetable/TableSlab.java",
                            "            if (cpu.cas(free, head, update)) {\n                return top;\n            }",
                            "            cpu.store(free, update);\n            return top;"),
                    new Mutation(
                            "zap: every leaf is taken by a plain store",
                            "kvm/x86/Spte.java",
                            "        return cpu.swap(words, i, update);\n",
                            "        cpu.store(words, i, update);\n        return old;\n"),
                    new Mutation(
                            "ager: no RCU section",
                            "kvm/mmu/ProtocolSteps.java",
                            "    public boolean agesInRcu() {\n        return true;",
                            "    public boolean agesInRcu() {\n        return false;"),
                    new Mutation(
                            "gate: the sequence number is not compared",
                            "kvm/InvalidateGate.java",
                            "            if (gfn >= start && gfn < end) {\n"
                                    + "                return true;\n            }\n        }\n"
                                    + "        return cpu.peek(state, SEQ) != seq;",
                            "            if (gfn >= start && gfn < end) {\n"
                                    + "                return true;\n            }\n        }\n"
                                    + "        return false;"),
                    new Mutation(
                            "gate: the two stores of the end change places",
                            "kvm/InvalidateGate.java",
                            "        cpu.store(state, SEQ, cpu.peek(state, SEQ) + 1);\n"
                                    + "        // Release order: pairs with the acquire of snapshot, see"
                                    + " above.\n"
                                    + "        cpu.store(state, IN_PROGRESS, count - 1);",
                            "        cpu.store(state, IN_PROGRESS, count - 1);\n"
                                    + "        cpu.store(state, SEQ, cpu.peek(state, SEQ) + 1);"),
                    new Mutation(
                            "invalidation: the range is not added to the gate",
                            "kvm/HvaWalk.java",
                            "            gate.add(cpu, first, limit);\n",
                            ""),
                    new Mutation(
                            "slots: the index forgets how far an earlier slot reaches",
                            "kvm/Memslots.java",
                            "            far = Math.max(far, byVpn[i].endVpn());\n",
                            "            far = byVpn[i].endVpn();\n"),
                    new Mutation(
                            "invalidation: a flush that is owed is lost where the zap yields",
                            "kvm/HvaWalk.java",
                            "                flushIf(cpu, zapped);\n                zapped = false;\n",
                            "                zapped = false;\n"),
                    new Mutation(
                            "invalidation: invalid roots are passed over",
                            "kvm/x86/TdpZapper.java",
                            "        for (MmuRoot root : mmu.roots(cpu)) {\n"
                                    + "            for (long gfn = start; gfn < end; ) {\n",
                            "        for (MmuRoot root : mmu.roots(cpu)) {\n"
                                    + "            for (long gfn = start; gfn < end && !root.isInvalid(cpu); ) {\n"),
                    new Mutation(
                            "roots: one is taken although nobody holds it any more",
                            "kvm/mmu/MmuRoot.java",
                            "        while (count != 0) {\n",
                            "        while (count >= 0) {\n"),
                    new Mutation(
                            "roots: a deletion leaves one that it cannot hold to its last holder",
                            "kvm/x86/TdpMmu.java",
                            "            } else {\n                tearDown(cpu, root);\n            }\n",
                            "            } else {\n                root.invalidate(cpu);\n            }\n"),
                    new Mutation(
                            "slots: a slot goes without being marked invalid first",
                            "kvm/VmSlots.java",
                            "            publish(cpu, active.with(slot.invalidated()));\n",
                            ""),
                    new Mutation(
                            "vCPU: no look for requests before the access",
                            "kvm/Vcpu.java",
                            "        for (; ; ) {\n            servePending(cpu);\n            long leaf",
                            "        for (; ; ) {\n            long leaf"),
                    new Mutation(
                            "fault: an invalid root is not noticed under mmu_lock",
                            "kvm/PageFault.java",
                            "mmu.steps.asksTheRoot() && root.isInvalidLocked(cpu)",
                            "false"),
                    new Mutation(
                            "fault: an entry is installed by a plain store",
                            "kvm/x86/Spte.java",
                            "        return cpu.cas(words, i, old, update);\n    }\n\n"
                                    + "    /// Replaces the entry (`tdp_mmu_set_spte`)",
                            "        cpu.store(words, i, update);\n        return true;\n    }\n\n"
                                    + "    /// Replaces the entry (`tdp_mmu_set_spte`)"));

    private MutationRun() {}

    public static void main(String[] arguments) throws Exception {
        Path core = Path.of("core/src/main/java/org/gleaner");
        System.out.println("| planted | noticed by | finding |");
        System.out.println("|---|---|---|");
        List<Mutation> asked =
                MUTATIONS.stream()
                        .filter(m -> arguments.length == 0 || m.what().contains(arguments[0]))
                        .toList();
        int found = 0;
        for (Mutation m : asked) {
            String answer = plant(core, m);
            found += answer.startsWith("| - |") ? 0 : 1;
            System.out.println("| " + m.what() + " " + answer);
        }
        System.out.printf(Locale.ROOT, "%d of %d noticed%n", found, asked.size());
    }

    private static String plant(Path core, Mutation m) throws IOException, InterruptedException {
        Path source = core.resolve(m.file());
        String text = Files.readString(source);
        int at = text.indexOf(m.from());
        if (at < 0 || text.indexOf(m.from(), at + 1) >= 0) {
            throw new IllegalStateException("occurs not exactly once: " + m.what());
        }
        Path dir = Files.createTempDirectory("mutation");
        Path mutated = dir.resolve(source.getFileName());
        Files.writeString(mutated, text.replace(m.from(), m.to()));
        String path = System.getProperty("java.class.path");
        int status =
                ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-nowarn",
                                "-d",
                                dir.toString(),
                                "-cp",
                                path,
                                mutated.toString());
        if (status != 0) {
            throw new IllegalStateException("does not compile: " + m.what());
        }
        Process probe =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElse("java"),
                                "-ea",
                                "--add-exports",
                                "java.base/jdk.internal.vm=ALL-UNNAMED",
                                "-cp",
                                dir + java.io.File.pathSeparator + path,
                                Probe.class.getName())
                        .redirectErrorStream(true)
                        .start();
        List<String> lines = probe.inputReader().lines().toList();
        probe.waitFor();
        return lines.isEmpty() ? "| - | |" : lines.getLast();
    }

    /// Runs all programs over the classes it finds, until one breaks.
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) {
            for (Program program : Catalogue.programs()) {
                for (int bound = 1; bound <= PREEMPTIONS; bound++) {
                    Finding finding =
                            Explorer.explore(
                                            new Trial(program, Variant.FIXED),
                                            new Explorer.Limits(
                                                    bound,
                                                    TimeUnit.SECONDS.toNanos(SECONDS) / 3,
                                                    Long.MAX_VALUE))
                                    .finding();
                    if (finding != null) {
                        System.out.println(
                                "| " + program.name() + " | " + finding.message() + " |");
                        System.exit(0);
                    }
                }
            }
            System.out.println("| - | |");
            System.exit(0);
        }
    }
}
