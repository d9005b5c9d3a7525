package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.LruGenChoice;

/// Which reclaim, and which bits of `lru_gen/enabled`, by the words that tables use.
enum Mode {
    CLASSIC("classic", LruGenChoice.NONE),
    MGLRU(
            "mglru",
            new LruGenChoice(
                    LruGenChoice.CORE | LruGenChoice.MM_WALK | LruGenChoice.NONLEAF_YOUNG)),
    MGLRU1("mglru1", new LruGenChoice(LruGenChoice.CORE)),
    MGLRU3("mglru3", new LruGenChoice(LruGenChoice.CORE | LruGenChoice.MM_WALK));

    private final String word;
    private final LruGenChoice bits;

    Mode(String word, LruGenChoice bits) {
        this.word = word;
        this.bits = bits;
    }

    static Mode of(String word) {
        for (Mode mode : values()) {
            if (mode.word.equals(word)) {
                return mode;
            }
        }
        List<String> words = Arrays.stream(values()).map(mode -> mode.word).toList();
        throw Choice.unknown(word, words);
    }

    LruGenChoice bits() {
        return bits;
    }
}
