package io.tpmkeeper.protocol.host;

import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.util.List;

/** Takes everything of a domain off the host, if it is exactly what was listed. libvirt's own files are never part of it. */
public final class Purge {
    private Purge() {}

    /** @param busy the hook has the lock */
    public record World(Vm vm, Activity activity, boolean busy, List<Entry> entries) {}

    /** The answer to a purge. */
    public sealed interface Answer {}

    /** Everything of the domain may go: host file, entries, deliveries, quarantine. */
    public record Allowed() implements Answer {}

    /** Not yet. @param message one sentence */
    public record Refused(String message) implements Answer {}

    public static Answer decide(String record, GrantSpec.Purge purge, World here) {
        if (here.busy) {
            return new Refused("A start or a stop of the domain is at work on this host.");
        }
        Line line = here.vm.line();
        if (line != null && !line.record().equals(record)) {
            return new Refused("The line on this host was given in the name of another record.");
        }
        if (line != null && line.isHeld()) {
            return new Refused("This host still holds the line.");
        }
        Run run = here.vm.run();
        if (run != null && run.open()) {
            return new Refused("Run %d of the domain is open on this host.".formatted(run.n()));
        }
        if (run != null && run.n() > purge.run()) {
            return new Refused("Run %d of the domain is newer than the purge.".formatted(run.n()));
        }
        if (here.activity != Activity.INACTIVE) {
            return new Refused("The domain is active on this host.");
        }
        List<Long> unlisted = here.entries.stream()
                .map(Entry::seq)
                .filter(seq -> !purge.entries().contains(seq))
                .sorted()
                .toList();
        return unlisted.isEmpty()
                ? new Allowed()
                : new Refused("The purge does not list what was captured here: " + unlisted + ".");
    }
}
