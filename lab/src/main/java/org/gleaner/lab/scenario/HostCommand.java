package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.size.Span;

/// What an administrator of the host writes into one of its kernel's files, at some time.
public record HostCommand(
        @JsonPropertyDescription("When, since the host was started: 2s, 500ms.") Span at,
        @JsonPropertyDescription("The file.") HostFile to,
        @JsonPropertyDescription(
                        "The text; in a command of lru_gen, max_gen, max_gen-2 or min_gen is the cgroup's.")
                String write) {}
