package io.tpmkeeper.operator.record;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.tpmkeeper.operator.event.Announcer;
import io.tpmkeeper.operator.generation.Deliveries;
import io.tpmkeeper.operator.generation.Generations;
import io.tpmkeeper.operator.generation.Transit;
import io.tpmkeeper.operator.generation.Uploads;
import io.tpmkeeper.operator.node.Cluster;
import io.tpmkeeper.operator.node.Questions;
import io.tpmkeeper.operator.policy.Policies;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/** A record with its owner and one grant, on a scripted API server; no node has reported. */
final class OneDomain implements AutoCloseable {
    static final String UUID = "5f0c8d3a-0000-4000-8000-000000000001";
    static final String RECORD = ScriptedApi.OURS + "vmtpmrecords/" + UUID;
    static final String STATE = ScriptedApi.OURS + "namespaces/vms/vmtpmstates/vm";
    static final String CLASSES = ScriptedApi.OURS + "vmtpmclasses";
    static final String GRANTS = ScriptedApi.OURS + "vmtpmgrants";
    static final String GRANT = GRANTS + "/" + UUID + ".worker-7";
    static final String UNDER_WAY = "/api/v1/namespaces/agents/secrets";
    static final String GENERATIONS = "/api/v1/namespaces/vms/secrets";
    private static final String NONE = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"metadata\": {}, \"items\": []}";

    final ScriptedApi api;
    final Cluster cluster = mock(Cluster.class);
    final Generations generations;
    final WorldReader reader;
    final StepTaker taker;

    OneDomain() throws IOException {
        api = new ScriptedApi()
                .answering("GET " + RECORD, record(1))
                .answering("PUT " + RECORD, record(2))
                .answering("DELETE " + RECORD, record(2))
                .answering("GET " + STATE, """
                        {"apiVersion": "tpmkeeper.io/v1alpha1", "kind": "VmTpmState",
                         "metadata": {"namespace": "vms", "name": "vm", "uid": "of-vm"}, "spec": {"target": {"domainUUID": "%s"}}}
                        """.formatted(UUID))
                .answering("GET " + CLASSES, NONE)
                .answering("GET " + GRANTS, """
                        {"apiVersion": "tpmkeeper.io/v1alpha1", "kind": "VmTpmGrantList", "metadata": {}, "items": [%s]}
                        """.formatted(grant(5)))
                .answering("GET " + UNDER_WAY, NONE)
                .answering("GET " + GENERATIONS, NONE);
        when(cluster.inventories()).thenAnswer(call -> {
            api.story.add("answers");
            return List.of();
        });
        when(cluster.questions()).thenReturn(new Questions("leader", question -> {}));
        when(cluster.liveness()).thenReturn(mock());
        when(cluster.coverage()).thenReturn(mock());
        when(cluster.downFor("worker-7")).thenReturn(java.time.Duration.ZERO);
        when(cluster.node("worker-7")).thenReturn(java.util.Optional.empty());
        Uploads uploads = new Uploads(api.client(), "agents");
        generations = new Generations(api.client(), api.client());
        reader = new WorldReader(
                api.client(),
                cluster,
                new Policies(api.client()),
                new Transit(api.client(), "agents", uploads),
                generations,
                Clock.systemUTC(),
                // One after the other, so that their order is that of the program.
                new AtOnce(Runnable::run));
        taker = new StepTaker(
                api.client(),
                cluster,
                uploads,
                generations,
                new Deliveries(api.client(), "agents"),
                new Announcer(api.client(), Clock.systemUTC(), "operator"),
                domain -> {});
    }

    static String record(int version) {
        return """
                {"apiVersion": "tpmkeeper.io/v1alpha1", "kind": "VmTpmRecord",
                 "metadata": {"name": "%s", "uid": "of-record", "resourceVersion": "%d"},
                 "spec": {"owner": {"namespace": "vms", "name": "vm", "uid": "of-vm"}}}
                """.formatted(UUID, version);
    }

    static String grant(int version) {
        return """
                {"apiVersion": "tpmkeeper.io/v1alpha1", "kind": "VmTpmGrant",
                 "metadata": {"name": "%s.worker-7", "uid": "of-grant", "resourceVersion": "%d"},
                 "spec": {"nodeName": "worker-7", "domainUuid": "%s", "recordUid": "of-record", "hostId": "host"}}
                """.formatted(UUID, version, UUID);
    }

    @Override
    public void close() {
        api.close();
    }
}
