package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.choice.HostFile;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// What an administrator of the host writes into one of its kernel's files, at some time.
///
/// @param place where it was written, which makes no two commands different
public record HostCommand(
        @JsonPropertyDescription(
                        "When: 2s or 500ms on the host's clock; populated+2s after all guests are populated.")
                Moment at,
        @JsonPropertyDescription("The file.") HostFile to,
        @JsonPropertyDescription("Whose file, of a cgroup: the name of a guest.") @MayBeLeftOut
                @Nullable String guest,
        @JsonPropertyDescription(
                        "The text; in a command of lru_gen, max_gen, max_gen-2 or min_gen is the cgroup's;"
                                + " a share is of the guest's memory.")
                String write,
        @JsonIgnore Place place) {

    /// A command of `lru_gen` that names a generation in place of its number.
    private static final Pattern NAMED =
            Pattern.compile("([+-]\\s*(\\d+)\\s+\\d+\\s+)(?:(max_gen)(?:-(\\d{1,3}))?|min_gen)");

    /// A command of `lru_gen` with numbers for the generations that it names.
    ///
    /// @param seq the number; group 2 is the cgroup's, group 3 there for `max_gen` and not for
    ///     `min_gen`, group 4 how far below
    public String numbered(Function<MatchResult, Long> seq) {
        return NAMED.matcher(write)
                .replaceAll(match -> Matcher.quoteReplacement(match.group(1) + seq.apply(match)));
    }

    /// What is to be written to a cgroup's file: a limit, or what to reclaim.
    ///
    /// @throws org.gleaner.lab.BadInput if it is no such text, without a place
    public CgroupText text() {
        return CgroupText.parse(to, write);
    }

    HostCommand scaled(Scale scale) {
        return to.ofCgroup()
                ? new HostCommand(at, to, guest, text().scaled(scale).toString(), place)
                : this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HostCommand(var when, var file, var whose, var what, _)
                && at.equals(when)
                && to == file
                && Objects.equals(guest, whose)
                && write.equals(what);
    }

    @Override
    public int hashCode() {
        return Objects.hash(at, to, guest, write);
    }
}
