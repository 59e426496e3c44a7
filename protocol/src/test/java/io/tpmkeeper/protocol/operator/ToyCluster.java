package io.tpmkeeper.protocol.operator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is stored in the cluster, the operator's edge over it, and a witness who knows what the newest state is. */
final class ToyCluster {
    private static final String DOMAIN = "5f0c6f0e-0000-4000-8000-000000000001";
    private static final int PATIENCE = 40;

    final Random random;
    final List<Object> story = new ArrayList<>();
    final Map<String, ToyHost> hosts = new TreeMap<>();
    final Map<String, GrantSpec> grants = new TreeMap<>();
    final Map<String, Facts> reported = new HashMap<>();
    final Map<String, Long> answered = new HashMap<>();
    final List<World.Delivery> deliveries = new ArrayList<>();
    final List<Upload> uploads = new ArrayList<>();
    final List<Generation> generations = new ArrayList<>();
    final Map<String, Long> questions = new HashMap<>();
    List<Finding> findings = List.of();
    boolean record;
    String recordUid = "";
    RecordSpec spec = new RecordSpec(null, null);
    RecordStatus status = RecordStatus.EMPTY;

    @Nullable
    String label;

    @Nullable
    Owner owner;

    boolean ownerDeleted;
    DeletionPolicy policy = DeletionPolicy.RETAIN;
    long now = 1_000;
    private long question;
    private long ids;

    /** The witness: the end of the last on-line run of the line; null: nothing was ever saved. */
    @Nullable
    Digest newest;

    private boolean newestLost;
    private final Map<Digest, Optional<Digest>> parents = new HashMap<>();
    private final Set<Digest> bad = new HashSet<>();

    ToyCluster(long seed) {
        random = new Random(seed);
        for (String name : List.of("a", "b", "c")) {
            hosts.put(name, new ToyHost(name, this));
        }
        failOver();
    }

    void say(Object what) {
        story.add(what);
    }

    String story() {
        return story.stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    String id(String what) {
        return what + "-" + ++ids;
    }

    String brief(@Nullable Digest digest) {
        return digest == null ? "nothing" : digest.hex().substring(56);
    }

    // The witness.

    Digest content(@Nullable Digest from, boolean online) {
        Digest made = new Digest("%064x".formatted(++ids));
        if (online) {
            parents.put(made, Optional.ofNullable(from));
        }
        return made;
    }

    void startsOnline(ToyHost host, @Nullable Digest from) {
        if (!host.forsaken) {
            assertThat(newestLost)
                    .as("on-line start after a loss nobody accepted")
                    .isFalse();
            assertThat(from).as("on-line start on " + host.name).isEqualTo(newest);
        }
    }

    void endedOnline(ToyHost host, @Nullable Digest end) {
        if (!host.forsaken) {
            newestLost |= end == null;
            newest = end == null ? newest : end;
        }
    }

    void adopts(ToyHost host) {
        assertThat(newest).as("adopted over a state that is newer").isNull();
        newest = requireNonNull(host.line).tip();
        if (newest != null) {
            parents.putIfAbsent(newest, Optional.empty());
        }
    }

    private boolean descends(Digest young, Digest old) {
        Digest at = young;
        while (at != null && !at.equals(old)) {
            at = parents.getOrDefault(at, Optional.empty()).orElse(null);
        }
        return at != null;
    }

    private boolean holds(@Nullable Line line) {
        return line != null && line.isHeld() && line.record().equals(recordUid);
    }

    void check() {
        List<String> held = hosts.values().stream()
                .filter(h -> !h.forsaken && holds(h.line))
                .map(h -> h.name)
                .toList();
        if (held.size() > 1) {
            throw new AssertionError("hosts that may start the domain: " + held);
        }
        boolean given = status.deletion() != null && status.deletion().policy() == DeletionPolicy.DELETE;
        Digest must = newest;
        if (must != null && !newestLost && !given) {
            boolean somewhere =
                    hosts.values().stream().anyMatch(h -> h.digests().contains(must) || must.equals(h.live))
                            || hosts.values().stream()
                                    .anyMatch(h -> h.active
                                            && must.equals(requireNonNull(h.run).from()))
                            || generations.stream().anyMatch(g -> g.digest().equals(must))
                            || uploads.stream().anyMatch(u -> u.digest().equals(must));
            if (!somewhere) {
                throw new AssertionError("the newest state is nowhere: " + must);
            }
        }
    }

    // The API.

    void claim() {
        if (owner == null && !ownerDeleted) {
            owner = new Owner("vms", "vm", id("owner"));
            say("claimed by " + owner.uid());
        }
        if (owner == null || (record && owner.equals(spec.owner()))) {
            return;
        }
        var seen = hosts.values().stream()
                .filter(h -> h.defined)
                .map(h -> new Claims.Sighting(h.name, "vm", "vms", true, null))
                .toList();
        var now = new Claims.Situation(
                DOMAIN, owner, record ? spec : null, record && status.deletion() != null, seen, Set.of());
        switch (Claims.decide(now)) {
            case Claims.Claim.Make make -> {
                record = true;
                recordUid = id("record");
                spec = make.spec();
                status = RecordStatus.EMPTY;
            }
            case Claims.Claim.TakeOver over -> spec = over.spec();
            case Claims.Claim.Bound ignored -> {}
            case Claims.Claim.Refused ignored -> {}
        }
    }

    void delete(DeletionPolicy with) {
        policy = with;
        ownerDeleted = owner != null;
    }

    void failOver() {
        questions.clear();
        answered.clear();
        questions.put(World.LEADER, ++question);
        say("a new leader");
    }

    void report(ToyHost host) {
        if (host.on && host.agent) {
            reported.put(host.name, host.facts());
            answered.put(host.name, question);
        }
    }

    void send(ToyHost host, Entry e) {
        String name = "up-%s-%d-%d".formatted(host.name, e.epoch(), e.seq());
        Digest digest = requireNonNull(e.digest());
        if (uploads.stream().noneMatch(u -> u.name().equals(name))) {
            if (random.nextInt(60) == 0) {
                bad.add(digest);
            }
            uploads.add(new Upload(
                    name,
                    host.name,
                    host.hostId,
                    e.record(),
                    e.version(),
                    digest,
                    e.online(),
                    e.complete(),
                    e.trigger(),
                    null,
                    "now",
                    new TreeMap<>(),
                    bad.contains(digest)
                            ? new Upload.Verdict.Refused("TpmGarbage", "It is garbage.")
                            : new Upload.Verdict.Verified()));
        }
    }

    World world() {
        TreeMap<String, NodeView> nodes = new TreeMap<>();
        for (ToyHost h : hosts.values()) {
            Facts facts = reported.get(h.name);
            nodes.put(
                    h.name,
                    new NodeView(
                            h.name,
                            h.alive(),
                            h.fenced,
                            0,
                            true,
                            false,
                            facts == null ? null : facts.hostId(),
                            answered.getOrDefault(h.name, 0L),
                            grants.get(h.name),
                            facts == null ? Facts.nothing("") : facts));
        }
        return new World(
                DOMAIN,
                recordUid,
                spec,
                status,
                new Policy(Guard.ENFORCE, new Retention(3, 0, 0), OnHostLoss.WHEN_FENCED, null, policy, Set.of()),
                ++now,
                "now",
                id("n"),
                null,
                ownerDeleted ? requireNonNull(owner).uid() : null,
                false,
                "vms",
                "vm",
                null,
                null,
                nodes,
                uploads,
                List.of(),
                generations,
                deliveries,
                questions);
    }

    /** The operator works until it has nothing to do; or dies, after a part of what it had decided. */
    void operate(boolean dies) {
        for (int pass = 0; record; pass++) {
            if (pass == PATIENCE) {
                throw new AssertionError("passes without an end");
            }
            World world = world();
            Decisions.Outcome outcome = Decisions.decide(world, label);
            findings = outcome.findings();
            if (outcome.steps().isEmpty()) {
                break;
            }
            int carriedOut = dies
                    ? random.nextInt(outcome.steps().size() + 1)
                    : outcome.steps().size();
            outcome.steps().subList(0, carriedOut).forEach(s -> carryOut(world, s));
            if (dies && random.nextInt(3) == 0) {
                failOver();
                return;
            }
        }
        boolean mine = record && owner != null && owner.equals(spec.owner());
        if (ownerDeleted && !mine) {
            owner = null;
            ownerDeleted = false;
            say("the VmTpmState is gone");
        }
    }

    private void carryOut(World world, Step step) {
        say(step);
        switch (step) {
            case Step.WriteRecord write -> write(write.next());
            case Step.WriteOwner write -> spec = write.next();
            case Step.LabelGuard guard -> label = guard.guard();
            case Step.WriteGrant grant -> grants.put(grant.next().nodeName(), grant.next());
            case Step.RemoveGrant remove -> grants.remove(remove.node());
            case Step.Ask ask -> questions.put(ask.subject(), ++question);
            case Step.MakeGeneration make -> generation(world, make);
            case Step.CopyGeneration copy ->
                generations.add(named(copy.of(), world.generationName(copy.number()), copy.number(), false));
            case Step.KeepGeneration keep -> {
                generations.remove(keep.generation());
                if (keep.keep() || !keep.generation().deleting()) {
                    generations.add(named(keep.generation(), keep.generation().secret(), 0, keep.keep()));
                }
            }
            case Step.DeleteGeneration delete -> generations.remove(delete.generation());
            case Step.MarkNewest mark -> {
                generations.remove(mark.generation());
                generations.add(mark.generation().newest(mark.version()));
            }
            case Step.DeleteUpload delete -> uploads.removeIf(u -> u.name().equals(delete.name()));
            case Step.Deliver deliver ->
                deliveries.add(new World.Delivery(id("delivery"), deliver.node(), deliver.digest()));
            case Step.DeleteDelivery delete -> deliveries.removeIf(d -> d.name().equals(delete.name()));
            case Step.DeleteRecord ignored -> {
                record = false;
                label = null;
                newest = null;
                newestLost = false;
                hosts.values().forEach(h -> h.forsaken |= h.line != null);
            }
            case Step.Announce ignored -> {}
        }
    }

    private static Generation named(Generation g, String secret, long number, boolean kept) {
        return new Generation(
                g.namespace(),
                secret,
                g.record(),
                number == 0 ? g.number() : number,
                g.version(),
                g.digest(),
                g.trigger(),
                g.node(),
                g.source(),
                g.capturedAt(),
                g.madeAt(),
                g.candidate(),
                kept,
                number == 0 && g.deleting(),
                g.files());
    }

    private void generation(World world, Step.MakeGeneration make) {
        Upload u = make.upload();
        assertThat(u.verified()).isTrue();
        generations.add(new Generation(
                "vms",
                world.generationName(make.number()),
                recordUid,
                make.number(),
                u.version(),
                u.digest(),
                u.trigger(),
                u.node(),
                null,
                "now",
                "2026-01-01T00:00:00Z",
                make.candidate(),
                false,
                false,
                new TreeMap<>()));
    }

    /** Somebody deletes a generation by hand: what bears the finalizer stays, marked. */
    void deleteAGenerationByHand() {
        if (generations.isEmpty()) {
            return;
        }
        Generation g = generations.remove(random.nextInt(generations.size()));
        if (g.kept()) {
            generations.add(g.marked(true, true));
        }
    }

    private void write(RecordStatus next) {
        var was = status.current();
        var is = next.current();
        if (is != null && (was == null || !was.digest().equals(is.digest()))) {
            assertThat(parents).as("current was the end of an on-line run").containsKey(is.digest());
            if (was != null) {
                assertThat(is.version()).isGreaterThan(was.version());
                assertThat(descends(is.digest(), was.digest()))
                        .as("fast-forward")
                        .isTrue();
            }
        }
        if (is != null && (newest == null || descends(is.digest(), newest))) {
            // A host that was given up for dead brought something newer home after all.
            newest = is.digest();
        }
        for (String gone : next.gone()) {
            if (!status.gone().contains(gone)) {
                requireNonNull(hosts.get(gone)).forsaken = true;
                newest = is == null ? null : is.digest();
                newestLost = false;
            }
        }
        if (!Objects.equals(next.epoch(), status.epoch())) {
            assertThat(next.epoch()).isGreaterThan(status.epoch());
        }
        status = next;
    }
}
