package io.tpmkeeper.e2e;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdoptionTest {
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
    Stream<DynamicTest> a_running_VM_is_adopted_without_a_restart() {
        Narrator log = new Log();
        return Story.tests(Adoption.steps(deployment, log), log);
    }
}
