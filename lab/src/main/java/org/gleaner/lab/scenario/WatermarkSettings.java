package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// When reclaim starts and stops: `vm.min_free_kbytes` and `vm.watermark_scale_factor`.
public record WatermarkSettings(
        @JsonPropertyDescription("Free memory kept for emergencies: a size, or auto.")
                MinFree minFree,
        @JsonPropertyDescription("Gap between watermarks, in 1/10000 of memory, 1 to 3000.")
                int scaleFactor) {

    WatermarkSettings scaled(Scale scale, long hostBytes) {
        Size full = new Size.Bytes(minFree.bytes(hostBytes));
        return new WatermarkSettings(new MinFree(full.scaled(scale)), scaleFactor);
    }
}
