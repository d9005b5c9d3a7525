package org.gleaner.cli;

import java.util.List;

/// A directory's name that tells a run from others: what was run, what was set, at which scale and
/// seed.
///
/// @param words so far, joined; letters, digits, `.`, `_`, `=` and `-`
record RunName(String words) {

    /// What is left of a setting.
    private static final int LONGEST = 40;

    RunName and(String word) {
        String safe = word.replaceAll("[^A-Za-z0-9._=-]+", "-");
        return new RunName(words + "-" + safe.substring(0, Math.min(LONGEST, safe.length())));
    }

    RunName and(boolean so, String word) {
        return so ? and(word) : this;
    }

    RunName and(List<String> more) {
        RunName name = this;
        for (String word : more) {
            name = name.and(word);
        }
        return name;
    }

    /// At most as long as a file's name may be, with room for a number behind it.
    @Override
    public String toString() {
        return words.substring(0, Math.min(200, words.length()));
    }
}
