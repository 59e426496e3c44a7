package io.tpmkeeper.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** A story's steps as tests, on one installation: what follows a step that failed is skipped, since it stands on it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoryTest {
    private final Supplier<Deployment> installed;
    private final BiFunction<Deployment, Narrator, List<Step>> story;

    @AutoClose
    private Deployment deployment;

    StoryTest(Supplier<Deployment> installed, BiFunction<Deployment, Narrator, List<Step>> story) {
        this.installed = installed;
        this.story = story;
    }

    @BeforeAll
    void install() {
        deployment = installed.get();
    }

    @TestFactory
    Stream<DynamicTest> every_step_holds() {
        Narrator log = new Log();
        AtomicBoolean broken = new AtomicBoolean();
        return story.apply(deployment, log).stream()
                .map(step -> DynamicTest.dynamicTest(step.number() + ". " + step.title(), () -> {
                    assumeTrue(!broken.get(), "an earlier step failed");
                    broken.set(true);
                    log.step(step.number(), step.title());
                    step.act().run();
                    broken.set(false);
                }));
    }
}
