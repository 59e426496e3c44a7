package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.DeletionPolicy;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.Version;
import io.tpmkeeper.protocol.operator.Generation;
import io.tpmkeeper.protocol.operator.References;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.protocol.operator.World;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The API server and its storage, for one domain. */
public final class Api {
    public static final String DOMAIN = "5f0c6f0e-0000-4000-8000-000000000001";
    /** The namespace that the domain's own metadata names. */
    public static final String HOME = "vms";

    Stored.@Nullable Record record;
    final SortedMap<String, Stored.Grant> grants = new TreeMap<>();
    final SortedMap<String, Stored.Node> nodes = new TreeMap<>();
    final SortedMap<String, Stored.State> states = new TreeMap<>();
    final SortedMap<String, Upload> uploads = new TreeMap<>();
    final SortedMap<String, Generation> generations = new TreeMap<>();
    final SortedMap<String, World.Delivery> deliveries = new TreeMap<>();
    final TreeSet<String> terminating = new TreeSet<>();
    boolean refusesGenerations;

    /** The capture that the owner asks for, until it is answered. */
    @Nullable
    String captureRequest;

    private long version;

    public Stored.@Nullable Record record() {
        return record;
    }

    public Stored.@Nullable Grant grant(String node) {
        return grants.get(node);
    }

    public Stored.@Nullable Node node(String node) {
        return nodes.get(node);
    }

    /** From now on it takes no generation, as under a quota that is used up. */
    public void refuseGenerations(boolean refuse) {
        refusesGenerations = refuse;
    }

    /** An annotation on the VmTpmState. */
    public void askForCapture(String id) {
        captureRequest = id;
    }

    public SortedMap<String, Stored.State> states() {
        return states;
    }

    public SortedMap<String, Upload> uploads() {
        return uploads;
    }

    public SortedMap<String, Generation> generations() {
        return generations;
    }

    public SortedMap<String, World.Delivery> deliveries() {
        return deliveries;
    }

    long nextVersion() {
        return ++version;
    }

    /** Writes the record if it is still the one that was observed; null deletes it. */
    Stored.@Nullable Record replace(Stored.Record observed, Stored.@Nullable Record next) throws Conflict {
        if (record == null || record.version() != observed.version()) {
            throw new Conflict("the record is not as it was observed");
        }
        record = next == null
                ? null
                : new Stored.Record(next.uid(), nextVersion(), next.spec(), next.status(), next.guard());
        return record;
    }

    void create(Stored.Record made) throws Conflict {
        if (record != null) {
            throw new Conflict("there is a record already");
        }
        record = new Stored.Record(made.uid(), nextVersion(), made.spec(), made.status(), made.guard());
    }

    /** Somebody deletes it by hand: no finalizer holds it. */
    public void loseRecord() {
        record = null;
    }

    /** Somebody takes its status away. */
    public void loseRecordStatus() {
        Stored.Record has = record;
        if (has != null) {
            record = new Stored.Record(has.uid(), nextVersion(), has.spec(), RecordStatus.EMPTY, has.guard());
        }
    }

    void write(GrantSpec spec) {
        Stored.Grant has = grants.get(spec.nodeName());
        grants.put(spec.nodeName(), new Stored.Grant(spec, has == null ? null : has.reported()));
    }

    /** An agent writes its facts of the domain. */
    public void report(String node, Facts facts) throws Conflict {
        Stored.Grant has = grants.get(node);
        if (has == null) {
            throw new Conflict("there is no grant");
        }
        grants.put(node, new Stored.Grant(has.spec(), facts));
    }

    /** An agent writes its inventory; the operator made the object, and its question stays. */
    public void report(String node, Stored.Node status) throws Conflict {
        Stored.Node has = nodes.get(node);
        if (has == null) {
            throw new Conflict("there is no VmTpmNode");
        }
        nodes.put(
                node,
                new Stored.Node(
                        has.question(),
                        status.hostId(),
                        status.observed(),
                        status.indexed(),
                        status.seen(),
                        status.facts()));
    }

    /** Sent twice, the first stays. */
    public void upload(Upload upload) {
        uploads.putIfAbsent(upload.name(), upload);
    }

    /** Somebody deletes a generation: what bears the finalizer stays, marked. */
    public void delete(Generation generation) {
        if (generations.remove(generation.secret()) != null && generation.kept()) {
            generations.put(generation.secret(), generation.marked(true, true));
        }
    }

    void keep(Generation generation, boolean keep) throws Conflict {
        Generation has = generations.get(generation.secret());
        if (keep && (has == null || has.deleting())) {
            throw new Conflict("the generation has gone");
        }
        if (has == null) {
            return;
        }
        if (!keep && has.deleting()) {
            generations.remove(has.secret());
        } else {
            generations.put(has.secret(), has.marked(keep, has.deleting()));
        }
    }

    void markNewest(Generation generation, Version newest) throws Conflict {
        Generation has = generations.get(generation.secret());
        if (has == null) {
            throw new Conflict("the generation has gone");
        }
        generations.put(has.secret(), has.newest(newest));
    }

    /** Whether all that it refers to is there as well. */
    boolean isReadable(Generation generation) {
        Generation has = generations.get(generation.secret());
        return has != null && new References(List.copyOf(generations.values())).isReadable(has);
    }

    /** Whether this state can be had from the generations. */
    public boolean keepsWhole(Digest digest) {
        return generations.values().stream().anyMatch(g -> g.digest().equals(digest) && isReadable(g));
    }

    /** A user applies a VmTpmState: the same one again changes its policy alone. */
    public void apply(String uid, String namespace, String name, DeletionPolicy policy) {
        String key = namespace + "/" + name;
        Stored.State has = states.get(key);
        if (has == null && !terminating.contains(namespace)) {
            states.put(key, new Stored.State(new Owner(namespace, name, uid), policy, false, null));
        } else if (has != null && !has.deleting()) {
            states.put(key, new Stored.State(has.owner(), policy, false, has.accepted()));
        }
    }

    /** Its owner writes acceptLoss. */
    public void accept(String namespace, String name, World.@Nullable Accepted loss) {
        states.computeIfPresent(
                namespace + "/" + name, (key, s) -> new Stored.State(s.owner(), s.policy(), s.deleting(), loss));
    }

    /** A user deletes it, and says what is to become of the generations. */
    public void delete(String namespace, String name, DeletionPolicy policy) {
        Stored.State has = states.get(namespace + "/" + name);
        if (has != null) {
            states.put(namespace + "/" + name, new Stored.State(has.owner(), policy, true, has.accepted()));
        }
    }

    /** It is being deleted, and a generation there has the finalizer that keeps it. */
    public boolean isHeldUp(String namespace) {
        return terminating.contains(namespace)
                && generations.values().stream().anyMatch(g -> g.namespace().equals(namespace) && g.kept());
    }

    /** Everything in it is deleted, as far as finalizers let it. */
    public void deleteNamespace(String namespace) {
        terminating.add(namespace);
        states.replaceAll((name, s) -> s.owner().namespace().equals(namespace)
                ? new Stored.State(s.owner(), s.policy(), true, s.accepted())
                : s);
        List.copyOf(generations.values()).stream()
                .filter(g -> g.namespace().equals(namespace))
                .forEach(this::delete);
    }

    /** A namespace that is empty by now is gone; made again, it is another one. */
    public void makeNamespaceAgain(String namespace) {
        boolean empty = states.values().stream()
                        .noneMatch(s -> s.owner().namespace().equals(namespace))
                && generations.values().stream().noneMatch(g -> g.namespace().equals(namespace));
        if (empty) {
            terminating.remove(namespace);
        }
    }

    /** All that is stored, as it is now. */
    public Api copy() {
        Api copy = new Api();
        copy.restore(this);
        return copy;
    }

    /** The storage goes back to a copy; versions go on, as etcd's revision does after a restore with a bump. */
    public void restore(Api older) {
        record = older.record;
        put(grants, older.grants);
        put(nodes, older.nodes);
        put(states, older.states);
        put(uploads, older.uploads);
        put(generations, older.generations);
        put(deliveries, older.deliveries);
        terminating.clear();
        terminating.addAll(older.terminating);
        version = Math.max(version, older.version) + 1;
    }

    private static <T> void put(SortedMap<String, T> into, SortedMap<String, T> from) {
        into.clear();
        into.putAll(from);
    }
}
