package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.host.Purge;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes everything of a domain off the host when it was listed exactly. */
final class Purges {
    private static final Logger LOG = LoggerFactory.getLogger(Purges.class);

    /** The line goes last: while it is there, a purge that was killed is found unfinished and carried out again. */
    private static final List<String> TREES = List.of("spool", "delivery", "quarantine");

    private static final List<String> FILES = List.of("journal", "refused", "answer", "reserve", "vm");

    private final Host host;
    private final String hostId;

    Purges(Host host, String hostId) {
        this.host = host;
        this.hostId = hostId;
    }

    /** @param purged id of the purge that was carried out last. @param refused why the one that is ordered was not */
    record Settled(@Nullable String purged, @Nullable String refused) {}

    /** What cannot be read is not known to be what was listed. */
    static Settled unreadable(@Nullable Grant grant, UnreadableException why) {
        String before = grant == null || grant.reported() == null
                ? null
                : grant.reported().purged();
        GrantSpec.Purge purge = grant == null ? null : grant.spec().purge();
        boolean asked = purge != null && !purge.id().equals(before);
        return new Settled(before, asked ? UnreadableException.REASON + ": " + why.getMessage() + "." : null);
    }

    Settled settle(DomainView view, Grant grant) throws IOException, UnreadableException {
        String before = grant.reported() == null ? null : grant.reported().purged();
        GrantSpec.Purge purge = grant.spec().purge();
        if (purge == null || purge.id().equals(before)) {
            return new Settled(before, null);
        }
        if (!grant.spec().hostId().equals(hostId)) {
            return new Settled(before, "The purge is addressed to another host directory than this one.");
        }
        if (!view.isCertain()) {
            return new Settled(before, "It is not known whether the domain runs: libvirt does not answer.");
        }
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return new Settled(before, "A start or a stop of the domain is at work on this host.");
        }
        try (DomainLocks.Held held = lock.get()) {
            return switch (Purge.decide(
                    grant.spec().recordUid(),
                    purge,
                    new Purge.World(
                            host.files().vm(view.uuid()),
                            view.activity(),
                            false,
                            host.spool().entries(view.uuid()).stream()
                                    .map(EntryMeta::entry)
                                    .toList()))) {
                case Purge.Refused(String message) -> new Settled(before, message);
                case Purge.Allowed allowed -> {
                    Run last = host.files().vm(view.uuid()).run();
                    if (last != null) {
                        host.states().forgetSecondNames(view.uuid(), view.pathsOrNone(), last.n());
                    }
                    for (String kind : TREES) {
                        host.files().deleteTree(kind, view.uuid());
                    }
                    for (String kind : FILES) {
                        host.files().delete(kind, view.uuid());
                    }
                    LOG.atInfo()
                            .addKeyValue("domain", view.uuid())
                            .addKeyValue("purge", purge.id())
                            .log("nothing of the domain is left here");
                    yield new Settled(purge.id(), null);
                }
            };
        }
    }
}
