package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Through;

/// Who touches which memory, by the words that tables use.
enum Kind {
    ANON(Through.HOST, Backing.ANON),
    SHM(Through.HOST, Backing.MEMFD),
    KVM(Through.KVM, Backing.ANON),
    KVMSHM(Through.KVM, Backing.MEMFD);

    private final Through through;
    private final Backing backing;

    Kind(Through through, Backing backing) {
        this.through = through;
        this.backing = backing;
    }

    static Kind of(String word) {
        for (Kind kind : values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        List<String> words = Arrays.stream(values()).map(Kind::word).toList();
        throw Choice.unknown(word, words);
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Through through() {
        return through;
    }

    Backing backing() {
        return backing;
    }
}
