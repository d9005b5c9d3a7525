package org.gleaner.lab.choice;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// One of a few words that a user may say.
public sealed interface Choice
        permits AccessFlagChoice,
                AccessInterface,
                Ablation,
                AgingChoice,
                ArchChoice,
                Backing,
                CostModelChoice,
                EngineChoice,
                FaultMode,
                HostFile,
                Hugetlb,
                Kernel,
                KnobChoice,
                KvmChoice,
                LogEnding,
                LogMode,
                Lru,
                Order,
                PageSizeChoice,
                PageSupplier,
                PfnChoice,
                PolicyChoice,
                PteFormatChoice,
                Stage2Choice,
                SwapDeviceChoice,
                Thp,
                Through,
                Tracking,
                Workload {

    /// The word for it on the command line, in scenario files and in results.
    @JsonValue
    String label();

    /// The constant of `type` with this label.
    ///
    /// @throws BadInput if none has it, with the nearest label or all of them as the mend, and no
    ///     place
    static <E extends Enum<E> & Choice> E of(Class<E> type, String label) {
        for (E constant : type.getEnumConstants()) {
            if (constant.label().equals(label)) {
                return constant;
            }
        }
        throw unknown(label, labels(type));
    }

    /// The fault of a word that is none of `labels`, with the nearest of them or all as the mend,
    /// and no place.
    static BadInput unknown(String word, List<String> labels) {
        return new BadInput(
                "",
                "'" + word + "' is not one of " + String.join(", ", labels),
                Nearest.to(word, labels)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("give one of them"));
    }

    /// All labels of `type`, in its order.
    static <E extends Enum<E> & Choice> List<String> labels(Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).map(Choice::label).toList();
    }
}
