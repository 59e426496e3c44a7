package io.tpmkeeper.e2e;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The same steps with operator and agents as programs: quicker, and with nothing of Kubernetes but its API. */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobOfProgramsTest {
    private Deployment deployment;

    @BeforeAll
    void install() {
        deployment = Deployment.ofPrograms();
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
