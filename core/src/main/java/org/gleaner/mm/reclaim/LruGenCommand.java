package org.gleaner.mm.reclaim;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// One command of `/sys/kernel/debug/lru_gen`, as it was written: `+ memcg node max_gen [can_swap
/// [force_scan]]` ages, `- memcg node min_gen [swappiness [nr_to_reclaim]]` evicts.
///
/// @param ages `+`, otherwise `-`
/// @param swappiness 0 to 200, or 201 for anonymous memory only (6.18); -1 for the current setting
/// @param option `force_scan` or `nr_to_reclaim`; -1 for the default, which is to scan and to stop
///     at nothing
record LruGenCommand(boolean ages, long memcg, long node, long seq, int swappiness, long option) {
    private static final Pattern SEPARATORS = Pattern.compile("[,;\n]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /// What was written, split into commands; those that say nothing are gone.
    static List<String> split(String written) {
        List<String> commands = new ArrayList<>();
        for (String part : SEPARATORS.split(written)) {
            if (!part.isBlank()) {
                commands.add(part.strip());
            }
        }
        return commands;
    }

    /// The command that a text says, or null if the kernel answers it with EINVAL.
    static @Nullable LruGenCommand parse(String text, KernelVersion kernel) {
        char sign = text.charAt(0);
        if (sign != '+' && sign != '-') {
            return null;
        }
        String[] words = BLANKS.split(text.substring(1).strip());
        if (words.length < 3 || words.length > 5) {
            return null;
        }
        long memcg = number(words[0]);
        long node = number(words[1]);
        long seq = number(words[2]);
        int swappiness = words.length > 3 ? swappiness(words[3], kernel) : -1;
        long option = words.length > 4 ? number(words[4]) : -1;
        boolean bad =
                memcg < 0
                        || node < 0
                        || seq < 0
                        || (words.length > 3 && swappiness < 0)
                        || (words.length > 4 && option < 0);
        return bad ? null : new LruGenCommand(sign == '+', memcg, node, seq, swappiness, option);
    }

    private static int swappiness(String word, KernelVersion kernel) {
        boolean later = !kernel.isBefore(KernelVersion.V6_18);
        if (later && word.equals("max")) {
            return ScanControl.ANON_ONLY;
        }
        boolean hex = later && word.startsWith("0x");
        long value = hex ? hexadecimal(word.substring(2)) : number(word);
        long most = later ? ScanControl.ANON_ONLY : ScanControl.MAX_SWAPPINESS;
        return value <= most ? (int) value : -1;
    }

    /// A number without a sign, or -1.
    private static long number(String word) {
        try {
            return Character.isDigit(word.charAt(0)) ? Long.parseLong(word) : -1;
        } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
            return -1;
        }
    }

    private static long hexadecimal(String digits) {
        try {
            return Integer.parseUnsignedInt(digits, 16) & 0xffff_ffffL;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
