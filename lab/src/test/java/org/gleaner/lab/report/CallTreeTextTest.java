package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.run.CallNode;
import org.junit.jupiter.api.Test;

final class CallTreeTextTest {

    /// The profile of the cover letter, in its own form.
    @Test
    void printsWhatKernelDevelopersPost() {
        CallNode lock = leaf("_raw_write_lock", 1934);
        CallNode kvm = node("kvm_mmu_notifier_clear_flush_young", 2054, lock, leaf("tiny", 99));
        CallNode notifier = node("__mmu_notifier_clear_flush_young", 2083, kvm);
        CallNode referenced = node("folio_referenced", 3133, notifier);
        CallNode evict = node("evict_folios", 9906, leaf("isolate", 100), referenced);
        CallNode root = node("kswapd", 10_000, node("balance_pgdat", 10_000, evict));

        assertThat(new CallTreeText(1).text(root, "MGLRU before"))
                .isEqualTo(
                        """
                        kswapd (MGLRU before)
                          100.00%  balance_pgdat
                            99.06%  evict_folios
                              31.33%  folio_referenced
                                20.83%  __mmu_notifier_clear_flush_young
                                  20.54%  kvm_mmu_notifier_clear_flush_young
                        =>          19.34%  _raw_write_lock
                              1.00%  isolate
                        """);
    }

    @Test
    void aTreeWithoutTimeSaysSo() {
        assertThat(new CallTreeText(1).text(CallNode.empty("kswapd"), "off"))
                .isEqualTo("kswapd (off)\n  no time spent\n");
    }

    @Test
    void aCopyIsEqual() {
        CallNode tree = node("a", 3, leaf("b", 1), leaf("c", 2));
        assertThat(CallNode.copyOf(tree)).isEqualTo(tree);
    }

    private static CallNode leaf(String name, long nanos) {
        return new CallNode(name, nanos, nanos, List.of());
    }

    private static CallNode node(String name, long nanos, CallNode... children) {
        return new CallNode(name, nanos, 0, List.of(children));
    }
}
