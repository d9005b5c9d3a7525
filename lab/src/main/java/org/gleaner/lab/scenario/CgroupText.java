package org.gleaner.lab.scenario;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// A text for a file of a cgroup: `max`, `0` or a size; for `memory.reclaim` a size, and perhaps
/// `swappiness=60` behind it.
///
/// @param swappiness as written; null for none
public record CgroupText(Limit amount, @Nullable String swappiness) {

    private static final Pattern RECLAIM = Pattern.compile("(\\S+)(?:\\s+swappiness=(\\S+))?");

    /// @throws BadInput if it is no such text, without a place
    static CgroupText parse(HostFile file, String text) {
        if (file != HostFile.RECLAIM) {
            return new CgroupText(Limit.parse(text.strip()), null);
        }
        Matcher parts = RECLAIM.matcher(text.strip());
        if (!parts.matches() || parts.group(1).equals("max")) {
            throw new BadInput(
                    "",
                    "'" + text + "' is nothing that can be reclaimed",
                    "write a size, and swappiness=N behind it if need be: '64M swappiness=60'");
        }
        return new CgroupText(Limit.parse(parts.group(1)), parts.group(2));
    }

    CgroupText scaled(Scale scale) {
        return new CgroupText(amount.scaled(scale), swappiness);
    }

    @Override
    public String toString() {
        return swappiness == null ? amount.toString() : amount + " swappiness=" + swappiness;
    }
}
