package io.tpmkeeper.agent;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.tpmkeeper.agent.cluster.Cluster;
import io.tpmkeeper.agent.cluster.ClusterException;
import io.tpmkeeper.agent.pass.NodePass;
import io.tpmkeeper.agent.pass.Wakeup;
import io.tpmkeeper.protocol.hostfile.Identity;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AgentTest {
    private final Cluster cluster = mock(Cluster.class);
    private final NodePass pass = mock(NodePass.class);
    private final Agent agent =
            new Agent(new Identity("h1", "ours"), cluster, pass, new Wakeup(), new Pulse(System::nanoTime), () -> {});

    @Test
    void aHostDirectoryOfAnotherClusterIsNotTouched() throws ClusterException {
        when(cluster.id()).thenReturn("theirs");

        assertThatExceptionOfType(ForeignHostException.class)
                .isThrownBy(agent::run)
                .withMessageContainingAll("ours", "theirs", "Nothing was changed");

        verify(pass, never()).run(anyBoolean());
    }

    @Test
    void storageThatWentBackEndsAllThatIsWatched() throws ClusterException {
        when(cluster.renewLease()).thenReturn(120L, 0L, 90L);
        agent.renew();
        agent.renew();
        agent.renew();

        assertThatExceptionOfType(RestoredClusterException.class).isThrownBy(agent::run);
    }

    @Test
    void storageThatGoesOnEndsNothing() throws Exception {
        when(cluster.renewLease()).thenReturn(120L, 120L, 121L);
        agent.renew();
        agent.renew();
        agent.renew();
        agent.stop();

        agent.run();
    }
}
