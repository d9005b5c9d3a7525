package org.gleaner.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ClusterTest {

    @Test
    void aMasterThatIsNotThereIsToldAtOnce() {
        assertThatThrownBy(() -> Cluster.of("spark://127.0.0.1:1", List.of()))
                .hasMessage(
                        "--master spark://127.0.0.1:1: nobody answers there; start it, or check the"
                                + " name");
    }

    @Test
    void whatIsNoMasterIsToldSo() {
        assertThatThrownBy(() -> Cluster.of("sparc://host:7077", List.of()))
                .hasMessage(
                        "--master sparc://host:7077: is no name of a cluster; give one such as"
                                + " local[2] or spark://host:7077");
    }

    @Test
    void coresOfThisProcessAreSentNothing() {
        Cluster cluster = Cluster.of("local[3]", List.of("a.jar"));
        assertThat(cluster.isHere()).isTrue();
        assertThat(cluster.jars()).isEmpty();
    }
}
