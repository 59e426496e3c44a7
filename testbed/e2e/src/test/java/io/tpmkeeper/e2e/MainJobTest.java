package io.tpmkeeper.e2e;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/**
 * The main job on two real nodes, installed by the chart: a VM's TPM survives undefine and a move to another host. Then, on the
 * same nodes, the adoption of a VM that runs.
 */
@Tag("e2e")
class MainJobTest extends StoryTest {
    MainJobTest() {
        super(Deployment::onCluster, MainJobTest::steps);
    }

    private static List<Step> steps(Deployment deployment, Narrator narrator) {
        return Stream.concat(
                        MainJob.steps(deployment, narrator).stream(), Adoption.steps(deployment, narrator).stream())
                .toList();
    }
}
