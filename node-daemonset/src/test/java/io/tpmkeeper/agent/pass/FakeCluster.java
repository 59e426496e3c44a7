package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.cluster.Upload;
import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Guard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A cluster in memory: says nothing of how Kubernetes behaves. */
final class FakeCluster implements Cluster {
    final SortedMap<String, Guard> index = new TreeMap<>();
    final Map<String, Grant> grants = new LinkedHashMap<>();
    final Map<String, Upload> inbox = new LinkedHashMap<>();
    final List<Map<String, byte[]>> deliveries = new ArrayList<>();
    /** What was reported, in order. */
    final List<String> reports = new ArrayList<>();

    boolean listed = true;
    boolean away;
    boolean watchIsBehind;

    @Nullable
    String question = "q1";

    VmTpmNodeStatus node = VmTpmNodeStatus.EMPTY;

    void grant(GrantSpec spec) {
        String name = spec.domainUuid() + "." + spec.nodeName();
        Grant before = grants.get(name);
        grants.put(name, new Grant(name, spec, before == null ? null : before.reported()));
    }

    Facts facts(String uuid) {
        return java.util.Objects.requireNonNull(grants.values().stream()
                .filter(g -> g.spec().domainUuid().equals(uuid))
                .findFirst()
                .orElseThrow()
                .reported());
    }

    @Override
    public String id() {
        return "cluster";
    }

    @Override
    public Optional<SortedMap<String, Guard>> index() {
        return listed ? Optional.of(index) : Optional.empty();
    }

    @Override
    public Optional<List<Grant>> grants() {
        return listed ? Optional.of(List.copyOf(grants.values())) : Optional.empty();
    }

    @Override
    public Optional<Grant> grantNow(String name) throws ClusterException {
        check();
        Grant now = grants.get(name);
        if (now != null && watchIsBehind) {
            GrantSpec spec = now.spec();
            return Optional.of(new Grant(
                    name,
                    new GrantSpec(
                            spec.nodeName(),
                            spec.domainUuid(),
                            spec.recordUid(),
                            spec.hostId(),
                            null,
                            spec.saved(),
                            spec.settled(),
                            null,
                            null,
                            null,
                            null,
                            List.of()),
                    now.reported()));
        }
        return Optional.ofNullable(now);
    }

    @Override
    public Optional<Asked> asked() {
        return listed ? Optional.of(new Asked(question, node)) : Optional.empty();
    }

    @Override
    public void report(String grant, Facts facts) throws ClusterException {
        check();
        reports.add("grant");
        Grant before = java.util.Objects.requireNonNull(grants.get(grant));
        grants.put(grant, new Grant(grant, before.spec(), facts));
    }

    @Override
    public void report(VmTpmNodeStatus status) throws ClusterException {
        check();
        reports.add("node " + status.observedQuestion());
        node = status;
    }

    @Override
    public boolean isUploaded(String name) throws ClusterException {
        check();
        return inbox.containsKey(name);
    }

    @Override
    public void upload(Upload upload) throws ClusterException {
        check();
        inbox.put(upload.name(), upload);
    }

    @Override
    public List<Map<String, byte[]>> deliveries(String domainUuid) throws ClusterException {
        check();
        return deliveries;
    }

    @Override
    public long renewLease() {
        return 0;
    }

    @Override
    public void close() {}

    private void check() throws ClusterException {
        if (away) {
            throw new ClusterException("away", new IllegalStateException("away"));
        }
    }
}
