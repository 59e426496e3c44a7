package io.tpmkeeper.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Steps as tests: what follows a step that failed is skipped, since it stands on it. */
final class Story {
    private Story() {}

    static Stream<DynamicTest> tests(List<Step> steps, Narrator narrator) {
        AtomicBoolean broken = new AtomicBoolean();
        return steps.stream()
                .map(step -> DynamicTest.dynamicTest(step.number() + ". " + step.title(), () -> {
                    assumeTrue(!broken.get(), "an earlier step failed");
                    broken.set(true);
                    narrator.step(step.number(), step.title());
                    step.act().run();
                    broken.set(false);
                }));
    }
}
