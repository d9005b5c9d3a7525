package org.gleaner.check;

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
/// @param storeBuffers memory is that of x86, with store buffers; else all CPUs see one order
/// @param yields whoever may let others have its lock for a moment does, asked for or not
/// @param bound most preemptions that are explored, or [Search#UNBOUNDED]
public record Program(
        String name,
        String checks,
        String source,
        Body body,
        boolean storeBuffers,
        boolean yields,
        int bound) {
    /// Sets one run up.
    @FunctionalInterface
    public interface Body {
        void build(Stage stage, Variant variant);
    }

    /// A program in one order of memory, explored without a bound.
    public Program(String name, String checks, String source, Body body) {
        this(name, checks, source, body, false, false, Search.UNBOUNDED);
    }

    /// Whether it asks which aging design its VMs have.
    boolean hasDesign() {
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

    /// The same with store buffers.
    public Program buffered() {
        return new Program(name, checks, source, body, true, yields, bound);
    }

    /// The same where whoever may let others have its lock does.
    public Program yielding() {
        return new Program(name, checks, source, body, storeBuffers, true, bound);
    }

    /// The same with at most `most` preemptions: more than two actors, or very long ones.
    public Program within(int most) {
        return new Program(name, checks, source, body, storeBuffers, yields, most);
    }
}
