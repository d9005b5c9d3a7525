package org.gleaner.lab.validate;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.jspecify.annotations.Nullable;

/// What a kernel ran on, in the words of a table.
///
/// @param arch as the kernel names it, such as x86_64
/// @param cpu the emulator's name of it; empty if the table does not say
/// @param pageSize bytes of a base page
/// @param variant what else was unusual, such as a module's option; empty for nothing
/// @param lruGen what the kernel made of the mode, such as 0x0003; empty if the table does not say
public record RealMachine(String arch, String cpu, int pageSize, String variant, String lruGen) {

    /// A table without such columns: x86 with nested paging.
    static final RealMachine UNSAID = new RealMachine("x86_64", "", 4096, "", "");

    /// The columns that these are, in their order. A table has all of them or need not have any.
    static final List<String> COLUMNS = List.of("arch", "cpu", "page_size", "variant", "lru_gen");

    /// What [#COLUMNS] say of this one.
    List<String> values() {
        return List.of(arch, cpu, Integer.toString(pageSize), variant, lruGen);
    }

    /// Why Gleaner cannot play this machine; null if it can.
    public @Nullable String refusal() {
        if (choice() == null) {
            return "no architecture " + arch;
        }
        PageSizeChoice page = pageSizeChoice();
        if (page == null || page.refusal(Objects.requireNonNull(choice())) != null) {
            return "no base pages of " + pageSize + " bytes";
        }
        if (!variant.isEmpty()) {
            return "no variant " + variant;
        }
        boolean known = cpu.isEmpty() || cpu.equals("max") || isWithoutFlag();
        return known ? null : "not known whether the processor " + cpu + " sets accessed flags";
    }

    /// The base page, which its trace counts in; null if Gleaner has none such.
    public @Nullable PageSizeChoice pageSizeChoice() {
        return Arrays.stream(PageSizeChoice.values())
                .filter(size -> size.bytes() == pageSize)
                .findFirst()
                .orElse(null);
    }

    /// The processor; null if Gleaner has none such.
    public @Nullable ArchChoice choice() {
        return switch (arch) {
            case "x86_64" -> ArchChoice.X86;
            case "arm64" -> ArchChoice.ARM64;
            default -> null;
        };
    }

    /// Whether it sets accessed flags by itself, in both stages.
    public boolean hardwareAccessed() {
        return !isWithoutFlag();
    }

    private boolean isWithoutFlag() {
        return choice() == ArchChoice.ARM64 && cpu.equals("cortex-a72");
    }

    /// What the kernel ran with: what it said, or what was asked for.
    LruGenChoice lruGen(LruGenChoice asked) {
        return lruGen.isEmpty() ? asked : LruGenChoice.parse(lruGen);
    }

    /// In a few words, for a line about a cell; empty for the usual machine.
    @Override
    public String toString() {
        if (equals(UNSAID)) {
            return "";
        }
        String pages = pageSize == UNSAID.pageSize ? "" : " " + pageSize + "-byte pages";
        String unusual = variant.isEmpty() ? "" : " " + variant;
        return (arch + " " + cpu + pages + unusual).strip();
    }
}
