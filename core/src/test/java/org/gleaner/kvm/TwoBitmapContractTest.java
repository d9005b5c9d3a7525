package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.aging.AgingDesign.TWO_BITMAPS;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.LockMode;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.gup.PooledPages;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.TwoBitmapYoung;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The one call with two bitmaps on every second stage, against a model of what it promises:
///
/// - the bit of a page is set if its leaf was young, whatever may be cleared, and no bit is
///   cleared;
/// - a leaf is made old if it is to be cleared and any of its pages that are asked for may be;
/// - either bitmap may be left out; the answer is whether any page was young;
/// - a range is one section of the lock, if there is one at all.
final class TwoBitmapContractTest {
    private static final int PAGES = 2048;
    private static final int QUERIES = 400;

    static Stream<Arguments> kinds() {
        Architecture arm64 = Arm64.under(TWO_BITMAPS, true);
        Architecture soft = Arm64.under(TWO_BITMAPS, false);
        return Stream.of(
                Arguments.of(X86.EPT, 12, 1),
                Arguments.of(X86.EPT, 12, 512),
                Arguments.of(X86.EPT_NO_AD, 12, 1),
                Arguments.of(X86.EPT_NO_AD, 12, 512),
                Arguments.of(X86.NPT, 12, 512),
                Arguments.of(arm64, 12, 1),
                Arguments.of(arm64, 12, 512),
                Arguments.of(arm64, 14, 1),
                Arguments.of(arm64, 16, 1),
                Arguments.of(soft, 12, 1),
                Arguments.of(soft, 12, 512));
    }

    /// @param leafPages pages of a leaf
    @ParameterizedTest
    @MethodSource("kinds")
    void answersAndClearsAsItPromises(Architecture arch, int pageShift, int leafPages) {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(7));
        Rcu rcu = Rcu.start(engine, 50_000);
        UserPages pages =
                leafPages == 1 ? new FakeSpace(PAGES, PAGES) : new PooledPages(0, PAGES, leafPages);
        VmConfig config = VmConfig.of(arch, TWO_BITMAPS.plan()).withPageShift(pageShift);
        engine.spawn(
                "host",
                cpu -> {
                    Vm vm = Vm.create(cpu, config, pages, rcu);
                    vm.createSlot(cpu, 0, 0, PAGES, 0, false);
                    Guest guest = new Guest(vm.newVcpu(cpu), leafPages);
                    guest.useAll(cpu);
                    SplittableRandom random = new SplittableRandom(11);
                    for (int i = 0; i < QUERIES; i++) {
                        guest.useSome(cpu, random);
                        guest.ask(cpu, pages.notifiers(), random);
                        assertThat(vm.countLeaves(cpu, true)).isEqualTo(guest.young.cardinality());
                    }
                    NotifierCalls calls = vm.notifierCalls();
                    assertThat(calls.age() + calls.testAge()).isEqualTo(QUERIES);
                    boolean reads = arch.locks().age() == LockMode.READ;
                    assertThat(calls.ageReadLocks()).isEqualTo(reads ? QUERIES : 0);
                    assertThat(calls.ageWriteLocks()).isZero();
                    vm.destroy(cpu);
                });
        engine.run();
    }

    /// A guest, and which of its leaves are young.
    private static final class Guest {
        private final Vcpu vcpu;
        private final int leafPages;
        private final BitSet young = new BitSet();

        Guest(Vcpu vcpu, int leafPages) {
            this.vcpu = vcpu;
            this.leafPages = leafPages;
        }

        void useAll(Cpu cpu) {
            for (int page = 0; page < PAGES; page++) {
                use(cpu, page);
            }
        }

        void useSome(Cpu cpu, SplittableRandom random) {
            for (int i = random.nextInt(6); i > 0; i--) {
                use(cpu, random.nextInt(PAGES));
            }
        }

        private void use(Cpu cpu, int page) {
            assertThat(vcpu.access(cpu, page, true)).isZero();
            young.set(page / leafPages);
        }

        void ask(Cpu cpu, MmuNotifierSubscriptions mm, SplittableRandom random) {
            int start = random.nextInt(PAGES);
            int end = Math.min(PAGES, start + 1 + random.nextInt(1200));
            boolean clear = random.nextInt(3) > 0;
            int words = (end - start + 63) / 64;
            BitSet before = random.nextBoolean() ? new BitSet() : some(random, end - start);
            long @Nullable [] out =
                    random.nextInt(3) == 0 ? null : Arrays.copyOf(before.toLongArray(), words);
            BitSet may = random.nextInt(3) == 0 ? null : some(random, end - start);
            long @Nullable [] in = may == null ? null : Arrays.copyOf(may.toLongArray(), words);
            long @Nullable [] inBefore = in == null ? null : in.clone();
            BitSet expected = (BitSet) before.clone();
            BitSet cleared = new BitSet();
            boolean any = false;
            for (int page = start; page < end; page++) {
                int leaf = page / leafPages;
                if (young.get(leaf)) {
                    any = true;
                    expected.set(end - 1 - page);
                    if (clear && (may == null || may.get(end - 1 - page))) {
                        cleared.set(leaf);
                    }
                }
            }
            assertThat(TwoBitmapYoung.testClearYoung(cpu, mm, start, end, clear, out, in))
                    .isEqualTo(any);
            if (out != null) {
                assertThat(BitSet.valueOf(out)).isEqualTo(expected);
            }
            assertThat(in).isEqualTo(inBefore);
            young.andNot(cleared);
        }

        /// Few, so that most leaves have none and some have one.
        private static BitSet some(SplittableRandom random, int size) {
            BitSet bits = new BitSet();
            for (int i = random.nextInt(5); i > 0; i--) {
                bits.set(random.nextInt(size));
            }
            return bits;
        }
    }
}
