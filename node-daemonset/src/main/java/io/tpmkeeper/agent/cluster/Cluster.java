package io.tpmkeeper.agent.cluster;

import io.tpmkeeper.api.VmTpmNodeStatus;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Guard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What the agent does with the API server. */
public interface Cluster extends AutoCloseable {
    /** What the operator asks of this node. @param reported what the agent reported last */
    record Asked(@Nullable String question, VmTpmNodeStatus reported) {}

    /** Names the cluster: the UID of its {@code kube-system} namespace. */
    String id() throws ClusterException;

    /** The protected domains; empty before they were listed once, which is no reason to take any off the index. */
    Optional<SortedMap<String, Guard>> index();

    /** Empty before they were listed once. Watched, so never to be taken for the newest. */
    Optional<List<Grant>> grants();

    /** The grant as it is now. */
    Optional<Grant> grantNow(String name) throws ClusterException;

    /** Empty: the operator has not made this node's VmTpmNode yet. Watched. */
    Optional<Asked> asked();

    void report(String grant, Facts facts) throws ClusterException;

    void report(VmTpmNodeStatus status) throws ClusterException;

    boolean isUploaded(String name) throws ClusterException;

    void upload(Upload upload) throws ClusterException;

    /** The data of what lies ready for this node and domain. */
    List<Map<String, byte[]>> deliveries(String domainUuid) throws ClusterException;

    /** Says that this agent is alive; the revision of the API server's storage that this made, 0 if it cannot be told. */
    long renewLease() throws ClusterException;

    @Override
    void close();
}
