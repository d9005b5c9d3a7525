package org.gleaner.machine;

/// Hardware threads for jcstress: real [ThreadCpu]s whose actors never start, so that jcstress's
/// own threads can use them. Actor `n` of a test takes CPU `n`.
public final class StressCpus {
    public static final Cpu C0;
    public static final Cpu C1;

    static {
        ThreadEngine engine = new ThreadEngine(CostModel.named("x86-server"));
        C0 = engine.spawn("stress0", cpu -> {});
        C1 = engine.spawn("stress1", cpu -> {});
    }

    private StressCpus() {}
}
