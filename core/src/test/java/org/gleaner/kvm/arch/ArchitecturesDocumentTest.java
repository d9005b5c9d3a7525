package org.gleaner.kvm.arch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.junit.jupiter.api.Test;

/// `docs/architectures.md` shows the records side by side. To write it anew, run this with
/// `-Dgleaner.docs.write=true`.
class ArchitecturesDocumentTest {
    private static final GeneratedPart DOCUMENT =
            new GeneratedPart(Path.of("../docs/architectures.md"), "<!-- the records -->\n");

    private static final List<Architecture> ALL = Architectures.ALL;

    @Test
    void documentShowsTheRecords() throws IOException {
        DOCUMENT.check(table());
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        row(text, "", Architecture::name);
        row(text, "---", a -> "---");
        row(text, "base pages, bits of the levels", ArchitecturesDocumentTest::shapes);
        row(text, "leaves", ArchitecturesDocumentTest::leaves);
        row(text, "present", a -> bits(format(a).present));
        row(text, "accessed", a -> bits(format(a).accessed));
        row(text, "dirty", a -> bits(format(a).dirty));
        row(text, "accessed set by", a -> word(a.upkeep().accessed()));
        row(text, "mmu_lock is", a -> word(a.locks().kind()));
        row(text, "held by a fault", a -> word(a.locks().fault()));
        row(text, "by a fast fault", a -> word(a.locks().fast()));
        row(text, "by an ager", a -> word(a.locks().age()));
        row(text, "by a log that begins", a -> word(a.locks().writeProtect()));
        row(text, "sequence noted", a -> word(a.flow().snapshot()));
        row(text, "retry", a -> word(a.flow().retry()));
        row(text, "a page is dirty if", a -> word(a.flow().dirty()));
        row(text, "the log is marked", a -> word(a.flow().log()));
        row(text, "fast path", a -> word(a.flow().fast()));
        row(text, "a mapped page is", a -> word(a.flow().hold()));
        row(text, "flush of an unmap", a -> word(a.upkeep().unmap()));
        row(text, "invalidation", a -> word(a.upkeep().invalidation()));
        row(text, "tables are freed", a -> word(a.upkeep().tables()));
        row(text, "an ager visits", a -> word(a.upkeep().aging()));
        row(text, "writes are known by", a -> word(a.upkeep().logging()));
        row(text, "eager splits", a -> word(a.upkeep().eager()));
        row(text, "a huge leaf in the way", a -> word(a.upkeep().huge()));
        row(text, "a deleted slot takes out", a -> word(a.upkeep().removal()));
        return text.toString();
    }

    private static void row(StringBuilder text, String name, Function<Architecture, String> cell) {
        String cells = ALL.stream().map(cell).collect(Collectors.joining(" | "));
        text.append("| ").append(name).append(" | ").append(cells).append(" |\n");
    }

    private static EntryFormat format(Architecture a) {
        return a.format().apply(a.geometries().getFirst());
    }

    private static String shapes(Architecture a) {
        return a.geometries().stream().map(Geometry::toString).collect(Collectors.joining("; "));
    }

    private static String leaves(Architecture a) {
        StringBuilder text = new StringBuilder();
        for (Geometry geometry : a.geometries()) {
            text.append(text.isEmpty() ? "" : "; ");
            for (int level = 1; level <= a.mostLeafLevel(geometry); level++) {
                text.append(level == 1 ? "" : ", ").append(size(geometry.bytes(level)));
            }
        }
        return text.toString();
    }

    private static String size(long bytes) {
        long kib = bytes >> 10;
        if (kib < 1024) {
            return kib + "K";
        }
        return kib < 1 << 20 ? (kib >> 10) + "M" : (kib >> 20) + "G";
    }

    private static String bits(long mask) {
        return mask == 0 ? "none" : "bit " + Long.numberOfTrailingZeros(mask);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
