package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGen;

/// Which reclaim, and which bits of `lru_gen/enabled`, by the words that tables use.
enum Mode {
    CLASSIC("classic", LruGen.NONE),
    MGLRU("mglru", new LruGen(LruGen.CORE | LruGen.MM_WALK | LruGen.NONLEAF_YOUNG)),
    MGLRU1("mglru1", new LruGen(LruGen.CORE)),
    MGLRU3("mglru3", new LruGen(LruGen.CORE | LruGen.MM_WALK));

    private final String word;
    private final LruGen bits;

    Mode(String word, LruGen bits) {
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

    Lru lru() {
        return bits.enabled() ? Lru.MGLRU : Lru.CLASSIC;
    }

    LruGen bits() {
        return bits;
    }
}
