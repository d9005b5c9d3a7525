package org.gleaner.check.program;

import org.gleaner.check.schedule.Search;
import org.gleaner.mm.aging.AgingDesign;

/// A small concurrent program over the real classes, and what must hold of it under every schedule.
///
/// ```
/// new Program(
///         "age-zap",
///         "an ager never brings back what a zap has taken",
///         "v9 patch 4, relax locking for kvm_age_gfn",
///         (stage, variant) -> {
///             VmStage vm = new VmStage(stage, variant, 1);
///             vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));
///             vm.vcpu("evict", (cpu, vcpu) -> vm.space.evict(cpu, 0));
///             vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, 0, 1));
///         })
/// ```
///
/// What must hold is said by the invariants that are armed in the code, by [Finding#check] in an
/// actor or after all of them, and by what the engine knows: no deadlock, no livelock, no sleep
/// where none may be.
///
/// The body is run anew for each schedule, so all state belongs into its locals. It must not depend
/// on anything else: no clock, no chance, no statics.
///
/// @param name on the command line
/// @param checks what must hold, in one line
/// @param source the patch, the review or the document that raised it
/// @param body sets one run up, with the protocols as the variant has them
/// @param memory how its memory is ordered
/// @param delays how many words of a CPU's stores may change places, and how many early loads it
///     makes, at most; of [MemoryModel#ARM64] alone
/// @param isPortable whether it may be explored under [MemoryModel#ARM64], too: what it is about
///     says what it relies on ([org.gleaner.machine.Cpu#only])
/// @param yields whoever may let others have its lock for a moment does, asked for or not
/// @param bound most preemptions that are explored, or [Search#UNBOUNDED]
public record Program(
        String name,
        String checks,
        String source,
        Body body,
        MemoryModel memory,
        int delays,
        boolean isPortable,
        boolean yields,
        int bound) {
    /// Delays that are explored unless others are asked for.
    public static final int DELAYS = 2;

    /// Sets one run up.
    @FunctionalInterface
    public interface Body {
        void build(Stage stage, Variant variant);
    }

    /// A program in one order of memory, explored without a bound.
    public Program(String name, String checks, String source, Body body) {
        this(
                name,
                checks,
                source,
                body,
                MemoryModel.ONE_ORDER,
                DELAYS,
                false,
                false,
                Search.UNBOUNDED);
    }

    /// Whether it asks which aging design its VMs have.
    public boolean hasDesign() {
        boolean[] asked = new boolean[1];
        Variant listener =
                new Variant("listener", "hears whether a design is asked for", "") {
                    @Override
                    public AgingDesign design() {
                        asked[0] = true;
                        return super.design();
                    }
                };
        new Trial(this, listener).actors();
        return asked[0];
    }

    private Program with(MemoryModel order, int most, boolean portable, boolean yielding) {
        return new Program(name, checks, source, body, order, most, portable, yielding, bound);
    }

    /// The same with store buffers.
    public Program buffered() {
        return with(MemoryModel.X86, delays, isPortable, yields);
    }

    /// The same under the memory of arm64, and with at most so many delays.
    public Program weak(int most) {
        return with(MemoryModel.ARM64, most, true, yields);
    }

    /// The same, that may be explored under the memory of arm64, too.
    public Program portable() {
        return with(memory, delays, true, yields);
    }

    /// The same where whoever may let others have its lock does.
    public Program yielding() {
        return with(memory, delays, isPortable, true);
    }

    /// The same with at most `most` preemptions: more than two actors, or very long ones.
    public Program within(int most) {
        return new Program(name, checks, source, body, memory, delays, isPortable, yields, most);
    }
}
