package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Current;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nobody can know any more: that there was something newer than what is saved, once the record that said who held the line and
 * the directory of that host, with the only copy, are both lost.
 */
final class Forgotten {
    private final Scene scene;

    /** Somebody deleted the record: hosts have not heard that nobody protects the domain, and it is not so. */
    private boolean recordDeletedByHand;

    /** A record that said who held the line was lost, or its status, and nobody was given the line since. */
    private boolean holderForgotten;

    /** What became current last, as far as anybody wrote it down. */
    private @Nullable Content savedLast;

    /** The newest state, if it was nowhere any more when a host's directory had been lost, but in the domain's own files there. */
    private @Nullable Content goneWithDirectory;

    Forgotten(Scene scene) {
        this.scene = scene;
    }

    boolean isRecordDeletedByHand() {
        return recordDeletedByHand;
    }

    void written(RecordStatus is) {
        Current current = is.current();
        if (current != null) {
            savedLast = scene.contents().of(current.digest());
        }
        recordDeletedByHand = false;
        holderForgotten &= is.holder() == null;
    }

    /** The record, in a deletion that was carried out. */
    void deleted() {
        savedLast = null;
        holderForgotten = false;
    }

    /** @param saidWhoHolds whether the line was given and its holder is known to no record now */
    void recordLost(boolean wholly, boolean saidWhoHolds, List<Host> hosts) {
        recordDeletedByHand = wholly;
        holderForgotten |= saidWhoHolds;
        judge(hosts);
    }

    /** @param last what was newest before, if now it lies nowhere, or in the domain's own files on that host alone */
    void directoryLost(@Nullable Content last, List<Host> hosts) {
        goneWithDirectory = last;
        judge(hosts);
    }

    /** Now it is nowhere. */
    void isGone(List<Host> hosts) {
        judge(hosts);
    }

    /**
     * After both losses the domain's life is what was saved last, and nothing else, unless any host has a line, or a capture of
     * something else: then there is somebody who can be asked, and it is.
     */
    private void judge(List<Host> hosts) {
        Content newest = scene.truth().newest();
        boolean gone =
                newest != null && newest == goneWithDirectory && scene.truth().isGone();
        if (gone && holderForgotten && hosts.stream().noneMatch(h -> h.showsMoreThan(savedLast))) {
            scene.coverage()
                    .reached("limit", "the newest state was lost with a host directory, and the record with it");
            scene.truth().goesOnFrom(savedLast);
        }
    }
}
