package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The second half of a deletion: no host holds the line; every host is emptied by exact entries, then the cluster. */
final class Purge implements Verb {
    @Override
    public Verdict consider(World world) {
        List<String> waiting = new ArrayList<>();
        for (NodeView node : parts(world)) {
            Verdict verdict = one(world, node);
            if (verdict.acts()) {
                return verdict;
            }
            verdict.finding().ifPresent(f -> waiting.add(f.message()));
            if (verdict.finding().isEmpty()) {
                waiting.add("%s is being cleaned.".formatted(node.node()));
            }
        }
        if (!waiting.isEmpty()) {
            return Verdict.found(Finding.Reason.CLEANUP_FAILED, String.join(" ", waiting));
        }
        return clearCluster(world);
    }

    private static List<NodeView> parts(World world) {
        return world.nodes().values().stream()
                .filter(n -> n.grant() != null
                        || world.ordersOf(n.node()).isPresent()
                        || (n.alive() && n.facts().hasResidue()))
                .toList();
    }

    private static Verdict one(World world, NodeView node) {
        if (node.fenced()) {
            return Verdict.act(
                    new Step.RemoveGrant(node.node()),
                    new Step.WriteRecord(world.status().withGone(node.node()).withoutNode(node.node())));
        }
        if (!node.alive()) {
            return Verdict.found(
                    Finding.Reason.CLEANUP_FAILED,
                    "%s does not report and cannot be cleaned; bring it back, fence it, or delete its Node."
                            .formatted(node.node()));
        }
        GrantSpec grant = node.grant();
        if (grant == null) {
            return node.facts().hasResidue()
                    ? Verdict.NOTHING
                    : Verdict.act(new Step.WriteRecord(world.status().withoutNode(node.node())));
        }
        GrantSpec.Purge wanted = exact(world, node);
        if (grant.purge() == null) {
            return Verdict.act(new Step.WriteGrant(grant.withPurge(wanted)));
        }
        if (grant.purge().id().equals(node.facts().purged())) {
            return Verdict.act(
                    new Step.RemoveGrant(node.node()),
                    new Step.WriteRecord(world.status().withoutNode(node.node())));
        }
        if (node.facts().purgeRefused() == null) {
            return Verdict.NOTHING;
        }
        boolean listChanged = !grant.purge().entries().equals(wanted.entries())
                || grant.purge().run() != wanted.run();
        return listChanged
                ? Verdict.act(new Step.WriteGrant(grant.withPurge(wanted)))
                : Verdict.found(
                        Finding.Reason.CLEANUP_FAILED,
                        "%s was not cleaned: %s"
                                .formatted(node.node(), node.facts().purgeRefused()));
    }

    /** What the node reported, and nothing else: what it captured meanwhile refuses the purge. */
    private static GrantSpec.Purge exact(World world, NodeView node) {
        var run = node.facts().run();
        return new GrantSpec.Purge(
                world.nonce() + "-purge-" + node.node(),
                run == null ? 0 : run.n(),
                node.facts().entries().stream().map(Entry::seq).sorted().toList());
    }

    private static Verdict clearCluster(World world) {
        Stream<Step> sent = Stream.concat(
                world.uploads().stream().map(u -> new Step.DeleteUpload(u.name())),
                world.deliveries().stream().map(d -> new Step.DeleteDelivery(d.name())));
        if (world.status().deletionIntent().policy() == DeletionPolicy.RETAIN) {
            return retain(world, sent);
        }
        List<Step> rest = Stream.concat(sent, world.generations().stream().<Step>mapMulti((g, out) -> {
                    if (g.kept()) {
                        out.accept(new Step.KeepGeneration(g, false));
                    }
                    out.accept(new Step.DeleteGeneration(g));
                }))
                .toList();
        return rest.isEmpty() ? Verdict.act(new Step.DeleteRecord()) : Verdict.act(rest);
    }

    private static Verdict retain(World world, Stream<Step> sent) {
        List<Step> steps = sent.toList();
        if (!steps.isEmpty()) {
            return Verdict.act(steps);
        }
        RecordStatus status = world.status();
        if (status.holder() != null) {
            return Verdict.act(new Step.WriteRecord(status.withHolder(null, status.epoch())));
        }
        return world.spec().owner() == null
                ? Verdict.act(new Step.WriteRecord(status.withDeletion(null)))
                : Verdict.act(new Step.WriteOwner(Delete.retained(world)));
    }
}
