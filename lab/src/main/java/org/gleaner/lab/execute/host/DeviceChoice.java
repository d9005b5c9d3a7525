package org.gleaner.lab.execute.host;

import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.MaxGuestMemory;

/// Which swap devices an engine has.
///
/// With real threads pages have contents, and these are swapped to a file that is written and read
/// in place, as zram is. A disk's requests are under way while its clients go on, which decides
/// what is written and read ahead; it is there in virtual time alone.
public final class DeviceChoice {
    private static final String WHY = " has its requests and read-ahead in virtual time alone";

    private DeviceChoice() {}

    /// @throws BadInput if the engine does not have a device that is asked for
    public static void check(ReplayRequest request) {
        check(
                request.engine(),
                request.swap(),
                "--swap " + request.swap().label(),
                "use --engine virtual, or --swap zram");
    }

    /// @throws BadInput if the engine does not have a device that is asked for
    public static void check(ScenarioRequest<?> request) {
        check(
                request.engine(),
                request.scenario().host().swap().device(),
                "host.swap.device",
                "use --engine virtual, or --set host.swap.device=zram");
        boolean varied =
                request.ablate()
                        && request.scenario() instanceof MaxGuestMemory max
                        && max.ablations().contains(Ablation.DEVICE_VARIED);
        if (varied && request.engine() == EngineChoice.THREADS) {
            throw new BadInput(
                    "--ablate",
                    "device-varied needs a disk, which" + WHY,
                    "use --engine virtual, or --set ablations without device-varied");
        }
    }

    /// What an engine makes of swap, where that is not what was asked for.
    static List<String> caveats(ScenarioRequest<?> request) {
        boolean file =
                request.engine() == EngineChoice.THREADS
                        && request.scenario().host().swap().device() != SwapDeviceChoice.NONE;
        return file
                ? List.of(
                        "with real threads swap is a file of this machine, written and read in"
                                + " place")
                : List.of();
    }

    private static void check(
            EngineChoice engine, SwapDeviceChoice device, String where, String mend) {
        boolean disk =
                switch (device) {
                    case DISK, SSD, OPTANE -> true;
                    case ZRAM, NONE -> false;
                };
        if (disk && engine == EngineChoice.THREADS) {
            throw new BadInput(where, device.label() + WHY, mend);
        }
    }
}
