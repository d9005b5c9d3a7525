package org.gleaner.lab;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// The known word that a mistyped one most likely meant.
public final class Nearest {

    private Nearest() {}

    /// The known word at the smallest edit distance from `word`, the first of several; empty if
    /// even that one is too far away to be a likely slip (more than a third of the letters, and
    /// more than two of them).
    public static Optional<String> to(String word, Collection<String> known) {
        String best = null;
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(plain(word), plain(candidate));
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        int bound = Math.max(2, word.length() / 3);
        return least <= bound && least < word.length()
                ? Optional.ofNullable(best)
                : Optional.empty();
    }

    /// The mend for an unknown word: the nearest known one, or the list of all.
    public static String mend(String word, Collection<String> known) {
        return to(word, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElseGet(() -> "known: " + String.join(", ", known));
    }

    private static String plain(String word) {
        return word.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /// Levenshtein's distance, by two rows.
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(above[j - 1] + change, 1 + Math.min(above[j], row[j - 1]));
            }
            int[] spare = above;
            above = row;
            row = spare;
        }
        return above[b.length()];
    }
}
