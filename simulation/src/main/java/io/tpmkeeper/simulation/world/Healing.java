package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;

/**
 * What must be so when all faults cease: within a bounded number of rounds the domain starts somewhere, or a person is asked, or
 * told what to do; and once he did that, it starts.
 */
final class Healing {
    private static final int ROUNDS = 8;
    /** So often a person is asked, or told to do something, before it is said to lead nowhere. */
    private static final int ACTS = 6;
    /** Seconds: longer than an agent rests before it asks again for what it sent. */
    private static final long PATIENCE = 40;

    private final SimulatedWorld world;
    private final int first;
    /** What the person chooses each time. */
    private int number;

    /** @param seed what is left to chance: which host tries first, which option is taken */
    Healing(SimulatedWorld world, long seed) {
        this.world = world;
        this.first = (int) Math.floorMod(seed, (long) world.hosts().size());
        this.number = (int) Math.floorMod(seed / world.hosts().size(), 1_000L);
    }

    /** @param lost whether a host that is off stays off */
    void heal(boolean lost) {
        world.endFaults(lost ? first : null);
        world.settle(ROUNDS);
        for (int acts = 0; acts <= ACTS; acts++) {
            stopAll();
            apply();
            if (startsSomewhere()) {
                world.scene()
                        .coverage()
                        .reached(
                                "end",
                                acts == 0 ? "the domain starts" : "the domain starts once people did their part");
                new Settled(world).check();
                return;
            }
            if (acts == ACTS || !actOnWhatIsSaid()) {
                break;
            }
        }
        if (world.hosts().stream().anyMatch(Host::isHostFileBroken)) {
            // The refusal itself says so, and what to do; nobody's answer would help.
            world.scene().coverage().reached("end", "HostFileUnreadable");
            return;
        }
        if (world.mayBeStuck()) {
            world.scene().coverage().reached("limit", "a purge was undone by a rollback");
            return;
        }
        if (world.isHeldUpByContentWithoutARecord()) {
            world.scene()
                    .coverage()
                    .reached("limit", "somebody deleted the record of what is kept, and then its namespace");
            return;
        }
        throw new Broken(Harm.STUCK, "no host can start the domain, and nothing that is said leads on");
    }

    private void stopAll() {
        for (Host host : world.hosts()) {
            host.libvirt().stop(Ending.SHUTDOWN);
            host.libvirt().removeManagedSave();
        }
        world.settle(ROUNDS);
    }

    private void apply() {
        world.api().makeNamespaceAgain(Api.HOME);
        Host defines = host(first).isOn() ? host(first) : host(first + 1);
        defines.libvirt().define();
        for (int i = 0; i < 2; i++) {
            world.apply(Api.HOME, "vm", DeletionPolicy.RETAIN);
            world.settle(ROUNDS);
            world.scene().clock().pass(PATIENCE);
            world.settle(ROUNDS);
        }
    }

    private Host host(int number) {
        return world.hosts().get(number % world.hosts().size());
    }

    private boolean startsSomewhere() {
        for (int i = 0; i < world.hosts().size(); i++) {
            Host host = host(first + i);
            if (new Starting(world).on(host)) {
                return true;
            }
            if (world.people().decision() != null) {
                return false;
            }
            host.libvirt().timeOut();
            world.settle(1);
        }
        return false;
    }

    /** @return whether there was anything that a person can do */
    private boolean actOnWhatIsSaid() {
        boolean accepted = world.people().accept(number++);
        if (accepted) {
            world.settle(ROUNDS);
        }
        world.hosts().forEach(h -> h.libvirt().timeOut());
        world.settle(2);
        if (accepted) {
            return true;
        }
        // What was deleted is made again, and what runs elsewhere is stopped there, as who waited for it was told.
        boolean acted = !world.api().states().containsKey(Api.HOME + "/vm")
                || world.hosts().stream().anyMatch(h -> h.libvirt().runs());
        for (Finding finding : world.operator().findings()) {
            acted |= switch (finding.reason()) {
                case CLEANUP_FAILED -> giveUpWhatCannotBeCleaned();
                case DELETION_WAITS_FOR_STOP,
                        ROLLED_BACK,
                        FOUND_ON_SEVERAL_NODES,
                        HOST_LOSS,
                        LOST_TAIL,
                        MISSING_STATE,
                        FORKED_RUN -> false;
            };
        }
        return acted;
    }

    /** The message says so: fence what is off, or give up what cannot be kept. */
    private boolean giveUpWhatCannotBeCleaned() {
        world.hosts().forEach(Host::fence);
        world.settle(ROUNDS);
        if (world.operator().findings().stream().anyMatch(f -> f.reason() == Finding.Reason.CLEANUP_FAILED)) {
            world.delete(DeletionPolicy.DELETE);
            world.deleteStrangers(DeletionPolicy.DELETE);
            world.settle(ROUNDS);
        }
        return true;
    }
}
