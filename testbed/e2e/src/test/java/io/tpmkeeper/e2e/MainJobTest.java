package io.tpmkeeper.e2e;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The main job on two real nodes, installed by the chart. */
@Tag("e2e")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobTest {
    private Deployment deployment;

    @BeforeAll
    void install() {
        deployment = Deployment.onCluster();
    }

    @AfterAll
    void end() {
        deployment.close();
    }

    @TestFactory
    Stream<DynamicTest> a_VMs_TPM_survives_undefine_and_a_move_to_another_host() {
        Narrator log = new Log();
        return Story.tests(MainJob.steps(deployment, log), log);
    }
}
