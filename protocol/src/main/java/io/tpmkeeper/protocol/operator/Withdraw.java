package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Consent;
import io.tpmkeeper.protocol.Holder;
import io.tpmkeeper.protocol.Run;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ends a consent whose cause has ended by itself, or which is done: it must not do anything later that nobody was asked about. */
final class Withdraw implements Verb {
    @Override
    public Verdict consider(World world) {
        Consent consent = world.status().consent();
        if (consent == null || stillMeans(world, consent)) {
            return Verdict.NOTHING;
        }
        return Verdict.act(new Step.WriteRecord(world.status().withConsent(null)));
    }

    private static boolean stillMeans(World world, Consent consent) {
        return switch (consent.choice().way()) {
            case TAKE_OVER -> isSilent(world, consent);
            case PRESUME_OFF ->
                consent.choice().silent().stream().map(world.nodes()::get).noneMatch(n -> n != null && n.alive());
            case FORGET -> isToBeForgotten(world, consent);
            case CONTINUE, BEGIN -> world.status().holder() == null;
        };
    }

    private static boolean isSilent(World world, Consent consent) {
        Holder holder = world.status().holder();
        return holder != null
                && holder.node().equals(consent.choice().node())
                && holder.hostId().equals(consent.choice().hostId())
                && Objects.equals(lastRun(world), consent.choice().run())
                && world.holder()
                        .filter(n -> n.alive() && n.isHost(holder.hostId()))
                        .isEmpty();
    }

    /** Of a holder that came back, ran the domain and went again, more is lost than somebody consented to. */
    private static @Nullable Long lastRun(World world) {
        return world.holder().map(n -> n.facts().run()).map(Run::n).orElse(null);
    }

    private static boolean isToBeForgotten(World world, Consent consent) {
        NodeView node = consent.choice().node() == null
                ? null
                : world.nodes().get(consent.choice().node());
        Run run = node == null ? null : node.facts().run();
        return run != null && !run.voided() && isThat(run, consent.choice().run());
    }

    private static boolean isThat(Run run, @Nullable Long number) {
        return number != null && run.n() == number;
    }
}
