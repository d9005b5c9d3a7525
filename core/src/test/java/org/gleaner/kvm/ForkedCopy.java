package org.gleaner.kvm;

import static org.gleaner.kvm.OperationsHost.MAIN;
import static org.gleaner.kvm.Operator.expect;

import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.jspecify.annotations.Nullable;

/// A child of the process, forked by one operator, who knows what was in each of its own words
/// then: nothing that the parent or its guest writes later may be seen here, nor the other way
/// round. Now and then a page of the child, made equal, is merged with the parent's.
@OneCpu
final class ForkedCopy {
    /// Merged pages stay in memory: there must not be many.
    private static final int MERGED = 16;

    private final OperationsHost world;
    private final int me;
    private final SplittableRandom random;
    private @Nullable AddressSpace mm;
    private @Nullable Vma vma;
    private @Nullable Vma parent;
    private @Nullable TaskWord word;
    private long[] snapshot = {};

    ForkedCopy(OperationsHost world, int me, SplittableRandom random) {
        this.world = world;
        this.me = me;
        this.random = random;
    }

    boolean exists() {
        return vma != null;
    }

    /// Forks what `parent` maps, whose pages hold `numbers` in our word.
    void fork(Cpu cpu, Vma parent, long[] numbers) {
        AddressSpace child = mm;
        if (child == null) {
            child = world.host.newAddressSpace(cpu, world.host.memcgs().root());
            mm = child;
            word = new TaskWord(world, child, me);
        }
        this.parent = parent;
        vma = world.host.userMemory().actors().fork().share(cpu, parent, child, parent.start());
        snapshot = numbers.clone();
    }

    /// Looks at a page of the child, writes to it, merges it, or takes the child's mapping away.
    ///
    /// @param theirs the parent's words, ours of each page
    /// @param numbers what is in them
    void use(Cpu cpu, TaskWord theirs, long[] numbers) {
        int page = random.nextInt(snapshot.length);
        switch (random.nextInt(12)) {
            case 0 -> drop(cpu);
            case 1, 2, 3 -> write(cpu, page, snapshot[page] + 1);
            case 4, 5 -> merge(cpu, theirs, random.nextInt(MERGED), numbers);
            default -> look(cpu, page);
        }
    }

    /// The parent's mapping is about to go, or the operator ends.
    void drop(Cpu cpu) {
        if (vma != null) {
            world.host.mappingChanges().unmap(cpu, vma);
            vma = null;
        }
    }

    void end(Cpu cpu) {
        drop(cpu);
        if (mm != null) {
            world.host.mappingChanges().exit(cpu, mm);
        }
    }

    private void look(Cpu cpu, int page) {
        long problem = word.access(cpu, vma.start() + page, false, 0);
        expect(problem == 0, "page %d of the child cannot be read: %d", page, problem);
        long was = snapshot[page];
        expect(word.found() == was, "page %d of the child: %x, not %x", page, word.found(), was);
    }

    private void write(Cpu cpu, int page, long value) {
        long problem = word.access(cpu, vma.start() + page, true, value);
        boolean refused = !vma.writable();
        expect(problem == 0 || refused, "page %d of the child: error %d", page, problem);
        if (problem == 0) {
            snapshot[page] = value;
        }
    }

    /// Pages that only this operator writes to: they are equal once our word is.
    private void merge(Cpu cpu, TaskWord theirs, int page, long[] numbers) {
        if (parent.start() == MAIN) {
            return;
        }
        write(cpu, page, numbers[page]);
        theirs.access(cpu, parent.start() + page, false, 0);
        if (world.host
                .userMemory()
                .actors()
                .merge()
                .merge(cpu, parent, parent.start() + page, vma, vma.start() + page)) {
            world.merges.increment();
        }
        look(cpu, page);
    }
}
