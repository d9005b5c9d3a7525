package org.gleaner.lab.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class SpillFileTest {

    @Test
    void eachStreamGivesWhatWasPutIntoIt() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        List<List<Long>> put = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (SpillFile file = new SpillFile(3)) {
            for (int i = 0; i < 50_000; i++) {
                int stream = random.nextInt(2);
                long number = random.nextLong() >>> 1 + random.nextInt(63);
                file.put(stream, number);
                put.get(stream).add(number);
            }
            file.flush();
            for (int pass = 0; pass < 2; pass++) {
                for (int stream = 0; stream < 3; stream++) {
                    assertThat(all(file, stream)).isEqualTo(put.get(stream));
                }
            }
            assertThatThrownBy(() -> file.numbers(2).next()).isInstanceOf(IOException.class);
        }
    }

    private static List<Long> all(SpillFile file, int stream) throws IOException {
        List<Long> all = new ArrayList<>();
        SpillFile.Numbers numbers = file.numbers(stream);
        while (numbers.more()) {
            all.add(numbers.next());
        }
        return all;
    }
}
