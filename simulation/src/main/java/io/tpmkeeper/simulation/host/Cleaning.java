package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.hook.HostFile;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.Purge;
import io.tpmkeeper.protocol.host.Sweep;
import io.tpmkeeper.protocol.host.VoidRun;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What an agent takes off its host: all of a domain that is purged, and what need not lie there any longer. */
final class Cleaning {
    private final Host host;
    private final Scene scene;

    Cleaning(Host host, Scene scene) {
        this.host = host;
        this.scene = scene;
    }

    /** @param id of the purge that was carried out last. @param refused why the one that is ordered was not */
    record Purged(@Nullable String id, @Nullable String refused) {}

    private boolean isLocked() {
        return host.libvirt().holdsStop();
    }

    private List<Entry> entries() {
        return host.disk.entries.values().stream().map(e -> e.meta().entry()).toList();
    }

    private List<Digest> deliveries() {
        return host.disk.deliveries.keySet().stream().map(Digest::new).toList();
    }

    Purged last(Stored.Grant grant) {
        return new Purged(grant.reported() == null ? null : grant.reported().purged(), null);
    }

    /** @param wanted what is not saved may go, too: then nothing keeps it from an undefine any more */
    Purged purge(Stored.Grant grant, Activity activity, boolean certain, boolean wanted) {
        String last = last(grant).id();
        GrantSpec.Purge purge = grant.spec().purge();
        if (purge == null || purge.id().equals(last)) {
            return new Purged(last, null);
        }
        if (host.disk.vm.isUnreadable()) {
            return new Purged(last, "HostFileUnreadable: the host file of the domain cannot be read.");
        }
        if (!grant.spec().hostId().equals(host.hostId()) || !certain || isLocked()) {
            return new Purged(last, "It cannot be carried out now.");
        }
        var answer = Purge.decide(
                grant.spec().recordUid(), purge, new Purge.World(host.disk.vm(), activity, false, entries()));
        scene.coverage().reached("purge", answer.getClass().getSimpleName());
        return switch (answer) {
            case Purge.Refused(String message) -> new Purged(last, message);
            case Purge.Allowed allowed -> {
                scene.story().say(host.name(), "is purged");
                host.disk.purge();
                host.agent().isPurged();
                if (wanted) {
                    host.libvirt().losesItsCaptures();
                }
                scene.truth().cleaned(host.name());
                yield new Purged(purge.id(), null);
            }
        };
    }

    void forget(Stored.Grant grant) {
        if (isLocked() || host.disk.vm.isUnreadable() || !grant.spec().hostId().equals(host.hostId())) {
            return;
        }
        VoidRun.decide(grant.spec().voids(), new VoidRun.World(host.disk.vm(), false))
                .ifPresent(next -> {
                    scene.coverage().reached("void", "a run");
                    scene.story().say(host.name(), "forgets run %s", next.run());
                    host.disk.vm = HostFile.of(next);
                });
    }

    void sweep(Stored.@Nullable Grant grant, boolean indexed) {
        if (isLocked() || host.disk.vm.isUnreadable()) {
            return;
        }
        GrantSpec spec = grant == null ? null : grant.spec();
        Vm vm = host.disk.vm();
        Sweep.Deletable deletable = Sweep.decide(new Sweep.World(
                spec == null ? null : spec.recordUid(),
                indexed,
                vm,
                host.disk.entries.values().stream()
                        .map(c -> new Sweep.Kept(
                                c.meta().entry(), c.meta().how(), c.meta().captured()))
                        .toList(),
                deliveries(),
                IntStream.range(0, host.disk.quarantine.size())
                        .mapToObj(n -> new Sweep.Displaced(n, 0))
                        .toList(),
                spec == null ? null : spec.saved(),
                spec == null ? List.of() : spec.settled(),
                spec == null ? null : spec.wanted(),
                ordered(spec, vm),
                scene.clock().now(),
                Sweep.Retention.DEFAULT));
        for (long seq : deletable.entries()) {
            scene.coverage().reached("sweep", "an entry");
            scene.story().say(host.name(), "sweeps entry %d", seq);
            host.disk.entries.remove(seq);
        }
        for (Digest digest : deletable.deliveries()) {
            scene.coverage().reached("sweep", "a delivery");
            host.disk.deliveries.remove(digest.hex());
        }
        deletable.quarantine().reversed().forEach(n -> {
            scene.coverage().reached("sweep", "quarantine");
            host.disk.quarantine.remove(n.intValue());
        });
    }

    private static @Nullable Digest ordered(@Nullable GrantSpec spec, Vm vm) {
        if (spec == null || spec.order() == null || !(spec.order().tip() instanceof Content.Of(Digest digest))) {
            return null;
        }
        boolean obeyed =
                vm.line() != null && vm.line().order().equals(spec.order().id());
        return obeyed ? null : digest;
    }
}
