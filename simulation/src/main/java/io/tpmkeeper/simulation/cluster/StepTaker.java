package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.Trigger;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.NodeView;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.truth.Scene;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Carries out one step of a pass, as the operator's edge does. */
final class StepTaker {
    private final Api api;
    private final Scene scene;
    private final Witness witness;

    StepTaker(Api api, Scene scene, Witness witness) {
        this.api = api;
        this.scene = scene;
        this.witness = witness;
    }

    /** @return the record as this pass knows it now */
    Stored.Record take(Stored.Record record, World world, Step step, Questions questions)
            throws Conflict, GenerationRefused {
        scene.coverage().reached("step", step.getClass().getSimpleName());
        scene.story().say("operator", "%s", step);
        switch (step) {
            case Step.WriteRecord(var next) -> {
                Stored.Record written =
                        replace(world, record, new Stored.Record(record.uid(), 0, record.spec(), next, record.guard()));
                if (next.holder() != null
                        && !next.holder().equals(world.status().holder())) {
                    questions.forget();
                }
                return written;
            }
            case Step.WriteOwner(var next) -> {
                return replace(
                        world, record, new Stored.Record(record.uid(), 0, next, record.status(), record.guard()));
            }
            case Step.LabelGuard(var guard) -> {
                return replace(
                        world, record, new Stored.Record(record.uid(), 0, record.spec(), record.status(), guard));
            }
            case Step.DeleteRecord() -> {
                Stored.Record none = api.replace(record, null);
                witness.recordDeleted(record);
                if (none == null) {
                    return record;
                }
            }
            case Step.WriteGrant(var next) -> write(record, world, next);
            case Step.RemoveGrant(var node) -> api.grants.remove(node);
            case Step.Ask(var subject) -> questions.ask(subject);
            case Step.MakeGeneration make -> make(world, make);
            case Step.CopyGeneration(var of, var number) -> copy(world, of, number);
            case Step.KeepGeneration(var generation, var keep) -> api.keep(generation, keep);
            case Step.DeleteGeneration(var generation) -> delete(generation);
            case Step.MarkNewest(var generation, var version) -> api.markNewest(generation, version);
            case Step.DeleteUpload(var name) -> api.uploads.remove(name);
            case Step.Deliver(var node, var digest, var generation) -> deliver(node, digest, generation);
            case Step.DeleteDelivery(var name) -> api.deliveries.remove(name);
            case Step.Announce(var warning, var reason, var message) ->
                scene.coverage().reached("event", reason);
        }
        return record;
    }

    /** Only over the grant that was observed, and with another order only while the record is still the one that it repeats. */
    private void write(Stored.Record record, World world, GrantSpec next) throws Conflict {
        NodeView node = world.nodes().get(next.nodeName());
        GrantSpec seen = node == null ? null : node.grant();
        Stored.Grant has = api.grants.get(next.nodeName());
        boolean sameOrder = Objects.equals(next.order(), seen == null ? null : seen.order());
        boolean stale = api.record == null || api.record.version() != record.version();
        if ((stale && !sameOrder) || !Objects.equals(seen, has == null ? null : has.spec())) {
            throw new Conflict("the grant is not as it was observed");
        }
        api.write(next);
    }

    private Stored.Record replace(World world, Stored.Record before, Stored.Record after) throws Conflict {
        Stored.Record written = api.replace(before, after);
        if (written == null) {
            throw new IllegalStateException("a record that is written is there");
        }
        witness.recordWritten(before, written, world);
        return written;
    }

    private void make(World world, Step.MakeGeneration make) throws Conflict, GenerationRefused {
        Upload upload = make.upload();
        if (!api.uploads.containsKey(upload.name())) {
            throw new Conflict("the upload has gone");
        }
        for (String secret : make.elsewhere().values()) {
            Generation holder = api.generations.get(secret);
            if (holder == null || holder.deleting() || !holder.kept()) {
                throw new Conflict("what would be referred to is not held");
            }
        }
        if (!make.elsewhere().isEmpty()) {
            scene.coverage().reached("reference", "made");
        }
        create(
                world,
                make.number(),
                upload.version(),
                upload.digest(),
                upload.trigger(),
                upload.node(),
                upload.source(),
                make.candidate(),
                Generation.parts(upload.files(), make.elsewhere()));
    }

    private void copy(World world, Generation of, long number) throws Conflict, GenerationRefused {
        needReadable(of);
        Map<Kind, Digest> files = new TreeMap<>();
        of.files().forEach((kind, part) -> files.put(kind, part.sha256()));
        create(
                world,
                number,
                of.version(),
                of.digest(),
                of.trigger(),
                of.node(),
                of.source(),
                of.candidate(),
                Generation.allHere(files));
    }

    private void needReadable(Generation generation) throws Conflict {
        if (!api.isReadable(generation)) {
            throw new Conflict("the generation has gone");
        }
    }

    /** Only as it was observed. */
    private void delete(Generation generation) throws Conflict {
        Generation has = api.generations.get(generation.secret());
        if (has != null && has.kept() != generation.kept()) {
            throw new Conflict("the generation is not as it was observed");
        }
        if (has != null) {
            api.delete(has);
        }
    }

    private void create(
            World world,
            long number,
            Version version,
            Digest digest,
            Trigger trigger,
            String node,
            @Nullable String source,
            boolean candidate,
            SortedMap<Kind, Generation.Part> files)
            throws Conflict, GenerationRefused {
        String name = world.generationName(number);
        if (api.terminating.contains(world.ownerNamespace())) {
            throw new Conflict("the namespace is being deleted");
        }
        if (api.refusesGenerations) {
            throw new GenerationRefused();
        }
        Generation made = new Generation(
                world.ownerNamespace(),
                name,
                world.recordUid(),
                number,
                version,
                digest,
                trigger,
                node,
                source,
                world.nowText(),
                Instant.ofEpochSecond(world.now()).toString(),
                candidate,
                true,
                false,
                files);
        api.generations.put(name, made);
    }

    private void deliver(String node, Digest digest, Generation generation) throws Conflict {
        needReadable(generation);
        String name = "delivery-" + node + "-" + digest.brief();
        api.deliveries.put(name, new World.Delivery(name, node, digest));
    }
}
