package io.tpmkeeper.e2e;

import org.junit.jupiter.api.Tag;

/** The main job on two real nodes, installed by the chart: a VM's TPM survives undefine and a move to another host. */
@Tag("e2e")
class MainJobTest extends StoryTest {
    MainJobTest() {
        super(Deployment::onCluster, MainJob::steps);
    }
}
