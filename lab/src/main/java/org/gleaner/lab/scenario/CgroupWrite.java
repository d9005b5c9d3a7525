package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.CgroupFile;
import org.gleaner.lab.size.Scale;

/// A write to a file of a guest's cgroup while the host runs.
public record CgroupWrite(
        @JsonPropertyDescription("When, after all memory is populated.") int atMillis,
        @JsonPropertyDescription("Whose cgroup: the name of a guest.") String guest,
        @JsonPropertyDescription("Which file.") CgroupFile file,
        @JsonPropertyDescription("A size, a share of the guest's memory, 0 or max.") Limit value,
        @JsonPropertyDescription("For memory.reclaim: swappiness, 0 to 200; default 60.")
                int swappiness) {

    static final int MOST_SWAPPINESS = 200;

    CgroupWrite scaled(Scale scale) {
        return new CgroupWrite(atMillis, guest, file, value.scaled(scale), swappiness);
    }
}
