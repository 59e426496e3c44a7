package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.List;
import java.util.Optional;

/** Forgets a run that is no part of the domain. Its capture stays as long as captures that are no part of the line do. */
public final class VoidRun {
    private VoidRun() {}

    /** @param busy the hook has the lock */
    public record World(Vm vm, boolean busy) {}

    /** The host file after it. @param runs that are to be forgotten */
    public static Optional<Vm> decide(List<Long> runs, World here) {
        Run run = here.vm.run();
        return run == null || here.busy || run.open() || run.online() || run.voided() || !runs.contains(run.n())
                ? Optional.empty()
                : Optional.of(here.vm.with(run.asVoid()));
    }
}
