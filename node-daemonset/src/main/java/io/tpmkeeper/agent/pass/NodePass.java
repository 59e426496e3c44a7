package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.install.HookKeeper;
import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.hostfile.Identity;
import io.tpmkeeper.protocol.hostfile.Index;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pass over the node. */
public final class NodePass {
    private static final Logger LOG = LoggerFactory.getLogger(NodePass.class);
    private static final List<String> KINDS_WITH_DOMAINS =
            List.of("vm", "spool", "delivery", "quarantine", "request", "refused");

    private final Host host;
    private final Identity identity;
    private final Cluster cluster;
    private final PlaceAccess place;
    private final HookKeeper hook;
    private final Inventory inventory;
    private final DomainPass domainPass;
    private final Reports reports;

    private @Nullable String logged;
    private NodeHealth health = new NodeHealth(null, HookState.UNKNOWN, null, null);

    public NodePass(
            Host host,
            Identity identity,
            String node,
            Cluster cluster,
            PlaceAccess place,
            HookKeeper hook,
            MigrationLog log,
            String agentVersion) {
        this.host = host;
        this.identity = identity;
        this.cluster = cluster;
        this.place = place;
        this.hook = hook;
        this.inventory = new Inventory(host, place);
        this.domainPass = new DomainPass(
                host, identity.host(), node, cluster, place, log, io.tpmkeeper.protocol.host.Sweep.Retention.DEFAULT);
        this.reports = new Reports(cluster, identity, new NodeReport(host, identity, agentVersion));
    }

    /** When the next pass should come if nothing happens before. */
    public Pace pace() {
        if (!health.hook().equals(hook.state())) {
            return Pace.SOON;
        }
        if (health.isTroubled()) {
            return Pace.TROUBLED;
        }
        return hook.isPressing() ? Pace.SOON : Pace.QUIET;
    }

    /** How long to rest until then: less, where a domain that runs is due before. */
    public Duration rest() {
        Duration quiet = pace().rest();
        return live().rest().filter(d -> d.compareTo(quiet) < 0).orElse(quiet);
    }

    /** What it knows of domains that run. */
    public LiveCaptures live() {
        return domainPass.live();
    }

    /** Whether this agent once told the cluster all that there is to tell of the node. */
    public boolean hasTold() {
        return reports.told();
    }

    /** @param ours whether the cluster was recognised as the host directory's; if not, nothing is taken from it */
    public void run(boolean ours) {
        Optional<Cluster.Asked> asked = ours ? cluster.asked() : Optional.empty();
        try {
            health = new NodeHealth(
                    place.failure(),
                    hook.state(),
                    HostDirectory.trouble(host.files().readOnly()),
                    host.files().freeBytes());
            observeAndAct(ours, asked);
        } catch (IOException e) {
            health = new NodeHealth(place.failure(), hook.state(), HostDirectory.trouble(e), null);
            reports.tellTrouble(asked, health);
        }
        log(health.directory());
    }

    private void log(@Nullable String wrong) {
        if (wrong != null && !wrong.equals(logged)) {
            LOG.atError().addKeyValue("cause", wrong).log("the host directory cannot be used; it is tried again");
        }
        logged = wrong;
    }

    private void observeAndAct(boolean ours, Optional<Cluster.Asked> asked) throws IOException {
        Optional<List<Grant>> grants = ours ? cluster.grants() : Optional.empty();
        SortedMap<String, Guard> index = takeUpIndex(ours);

        Map<String, WaitingStart> requests = host.requests();
        boolean startWaits = requests.values().stream().anyMatch(host::waits);
        Map<String, @Nullable Vm> before = vms();
        sendWhatEnded(grants.orElse(List.of()), before);
        boolean fresh = inventory.take(before.keySet());
        inventory.learnFrom(requests);

        SortedSet<String> uuids = domains(grants.orElse(List.of()));
        Map<String, Facts> facts = new TreeMap<>();
        for (String uuid : uuids) {
            Grant grant = grants.orElse(List.of()).stream()
                    .filter(g -> g.spec().domainUuid().equals(uuid))
                    .findFirst()
                    .orElse(null);
            facts.put(
                    uuid,
                    domainPass.run(view(uuid, fresh, waits(requests, uuid), before, grant, index.containsKey(uuid))));
        }
        health = health.at(place.failure());
        if (grants.isPresent() && !inventory.isKnown()) {
            // Of a domain whose start waits everything is known without libvirt, also right after the agent's own
            // start.
            boolean unused = reports.tell(
                    grants.get().stream()
                            .filter(g -> waits(requests, g.spec().domainUuid()))
                            .toList(),
                    facts);
            if (place.failure() != null) {
                reports.tellTrouble(asked, health);
            }
        } else if (grants.isPresent()) {
            boolean all = reports.tell(grants.get(), facts);
            asked.ifPresent(a -> reports.tellNode(
                    a, all && (fresh || startWaits), inventory.domains().values(), facts, grants.get(), health));
        }
        live().passed(inventory.domains(), grants.orElse(List.of()));
        inventory.forgetStrangers(uuids);
        keepHook(index);
    }

    /** libvirt answers nobody while it ends a domain: what the hook has made durable by then is on its way already. */
    private void sendWhatEnded(List<Grant> grants, Map<String, @Nullable Vm> before) throws IOException {
        for (Grant grant : grants) {
            String uuid = grant.spec().domainUuid();
            domainPass.sendWhatEnded(view(uuid, false, false, before, grant, true));
        }
    }

    private DomainView view(
            String uuid,
            boolean fresh,
            boolean waiting,
            Map<String, @Nullable Vm> before,
            @Nullable Grant grant,
            boolean indexed)
            throws IOException {
        return new DomainView(
                uuid,
                inventory.domains().get(uuid),
                fresh,
                waiting,
                inventory.paths(uuid),
                before.containsKey(uuid) ? before.get(uuid) : Vm.NOTHING,
                grant,
                indexed);
    }

    private boolean waits(Map<String, WaitingStart> requests, String uuid) {
        WaitingStart request = requests.get(uuid);
        return request != null && host.waits(request);
    }

    private SortedMap<String, Guard> takeUpIndex(boolean ours) throws IOException {
        Optional<SortedMap<String, Guard>> listed = ours ? cluster.index() : Optional.empty();
        if (listed.isPresent()) {
            host.files().put(new Index(identity.cluster(), listed.get()));
            return listed.get();
        }
        try {
            return host.files().index().map(Index::guards).orElseGet(TreeMap::new);
        } catch (UnreadableException e) {
            LOG.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("the index cannot be read until the records are listed");
            return new TreeMap<>();
        }
    }

    private Map<String, @Nullable Vm> vms() throws IOException {
        Map<String, @Nullable Vm> all = new HashMap<>();
        for (String uuid : host.files().domainsWith("vm")) {
            try {
                all.put(uuid, host.files().vm(uuid));
            } catch (UnreadableException e) {
                all.put(uuid, null);
            }
        }
        return all;
    }

    private SortedSet<String> domains(List<Grant> grants) throws IOException {
        SortedSet<String> all = new TreeSet<>(inventory.domains().keySet());
        for (String kind : KINDS_WITH_DOMAINS) {
            all.addAll(host.files().domainsWith(kind));
        }
        List<String> granted = new ArrayList<>();
        grants.forEach(g -> granted.add(g.spec().domainUuid()));
        all.addAll(granted);
        return all;
    }

    /** Only when the index is on disk: a hook that finds none asks for everything. */
    private void keepHook(SortedMap<String, Guard> index) throws IOException {
        if (!indexIsThere() || !hook.isDue()) {
            return;
        }
        Optional<HookState> now = place.ask(HookState.class, hook::keep);
        now.filter(state -> !state.live())
                .ifPresent(state -> LOG.atWarn()
                        .addKeyValue("protected", index.size())
                        .addKeyValue("cause", Objects.toString(state.message()))
                        .log("the hook is not live"));
    }

    private boolean indexIsThere() throws IOException {
        try {
            return host.files().index().isPresent();
        } catch (UnreadableException e) {
            return false;
        }
    }
}
