package org.gleaner.kvm;

import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.FaultFlow;
import org.gleaner.kvm.arch.Locks;
import org.gleaner.kvm.arch.Upkeep;
import org.gleaner.kvm.mmu.LockMode;

/// An invariant, the architectures that it applies to, and what must have happened in a run that
/// could have broken it: the data of [ArchitectureSuiteTest] and of its table in
/// `docs/invariants-by-architecture.md`.
enum ApplicableRule {
    P1("references at rest equal the baseline", "all", a -> true, t -> t.faults),
    P3("what an invalidation took is gone until a later fault", "all", a -> true, t -> t.evictions),
    P4("no access goes to a page that was freed", "all", a -> true, t -> t.evictions),
    P5("a completed guest write is not lost", "all", a -> true, t -> t.checked),
    P8("nothing sleeps under `mmu_lock`", "all", a -> true, t -> t.faults),
    P11("what may be written is in the log (L1)", "all", a -> true, t -> t.logged),
    P12(
            "A goes by aging or a zap alone",
            "hardware sets A",
            a -> a.upkeep().accessed() == Upkeep.Accessed.HARDWARE,
            t -> t.agings),
    P13("an overtaken fault installs nothing", "all", a -> true, t -> t.faults),
    I1("a bit set after the clear is seen by the next ager", "all", a -> true, t -> t.agings),
    I2("aging changes A alone, or makes the tracked form", "all", a -> true, t -> t.agings),
    I4("what was zapped stays zapped", "all", a -> true, t -> t.evictions),
    I5(
            "a frozen or locked entry is not altered",
            "agers or faults share the tables",
            a -> a.locks().age() != LockMode.WRITE || a.locks().fault() != LockMode.WRITE,
            t -> t.evictions),
    I6(
            "no table is touched after its grace period",
            "agers take no lock (on arm64: v1 and v2)",
            ApplicableRule::agesWithoutLock,
            t -> t.agings),
    I7(
            "agers see only roots that are valid",
            "all roots go with a slot",
            a -> a.upkeep().removal() == Upkeep.Removal.ALL_ROOTS,
            t -> t.deletions),
    I9("nothing is installed inside an invalidation", "all", a -> true, t -> t.faults),
    I10("no access through the old page after its start", "all", a -> true, t -> t.evictions),
    I14(
            "a restore gives back R and X, never W",
            "faults restore tracked entries",
            a ->
                    a.flow().fast() == FaultFlow.FastPath.RESTORES
                            && a.upkeep().accessed() == Upkeep.Accessed.FAULT,
            t -> t.fast),
    AF(
            "an access-flag fault gives the flag back",
            "software sets the flag of tables that have one",
            a -> a.flow().fast() == FaultFlow.FastPath.ACCESS_FLAG,
            t -> t.fast),
    A1(
            "an entry is made only where it was broken",
            "break before make",
            a -> a.upkeep().huge() == Upkeep.HugeRule.BREAK,
            t -> t.faults),
    I20("a test clears nothing", "all", a -> true, t -> t.tests);

    final String what;

    /// Of the architectures that it applies to, in words.
    final String where;

    private final Predicate<Architecture> applies;
    private final ToLongFunction<Tally> occasions;

    ApplicableRule(
            String what,
            String where,
            Predicate<Architecture> applies,
            ToLongFunction<Tally> occasions) {
        this.what = what;
        this.where = where;
        this.applies = applies;
        this.occasions = occasions;
    }

    private static boolean agesWithoutLock(Architecture a) {
        Locks locks = a.locks();
        return locks.age() == LockMode.NONE;
    }

    boolean appliesTo(Architecture a) {
        return applies.test(a);
    }

    /// How often a run could have broken it.
    long occasions(Tally tally) {
        return occasions.applyAsLong(tally);
    }

    /// What the runs of one architecture on one engine did.
    static final class Tally {
        long operations;
        long faults;
        long fast;
        long hits;
        long checked;
        long evictions;
        long agings;
        long young;
        long tests;
        long logged;
        long deletions;

        synchronized void add(Tally other) {
            operations += other.operations;
            faults += other.faults;
            fast += other.fast;
            hits += other.hits;
            checked += other.checked;
            evictions += other.evictions;
            agings += other.agings;
            young += other.young;
            tests += other.tests;
            logged += other.logged;
            deletions += other.deletions;
        }
    }
}
