package io.tpmkeeper.agent.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.protocol.hook.Call;
import io.tpmkeeper.protocol.hook.Course;
import io.tpmkeeper.protocol.hook.Denial;
import io.tpmkeeper.protocol.hook.Hook;
import io.tpmkeeper.protocol.hook.HookHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sh and its model on the same random hosts: a call, then the same call again with one kill between two of its commands, and
 * then the next call. {@code -Dhook.seeds=N} says how many, {@code -Dhook.seed=N} replays one.
 */
@Tag("differential")
class HookDifferentialTest {
    private static final int SEEDS = Integer.getInteger("hook.seeds", 2_000);

    /** So many hosts reach all that can be reached. */
    private static final long ENOUGH = 2_000;

    private static final Path TAKEN_ELSEWHERE = Path.of("src/test/resources/hook-branches-elsewhere.txt");

    private static final List<String> DASH = List.of("dash");
    private static final List<String> BUSYBOX = List.of("busybox", "sh");

    @TempDir
    private Path directory;

    private final Queue<String> stories = new ConcurrentLinkedQueue<>();
    private final LongAdder killed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder checkpoints = new LongAdder();
    private final Branches branches = new Branches(HookScript.shipped().text());

    /** Each call, whole and killed; each refusal, and by whom it was passed. */
    private final Set<String> reached = ConcurrentHashMap.newKeySet();

    @Test
    void hookAndModelAgreeAlsoAfterAKillBetweenAnyTwoCommands() throws Exception {
        Path hook = Files.writeString(directory.resolve("hook"), killable(branches.text()));
        Long replayed = Long.getLong("hook.seed");
        long first = replayed == null ? 1 : replayed;
        long last = replayed == null ? SEEDS : replayed;
        try (ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors() + 1)) {
            for (long seed = first; seed <= last; seed++) {
                long number = seed;
                workers.execute(() -> tell(number, hook));
            }
            workers.shutdown();
            assertThat(workers.awaitTermination(30, TimeUnit.MINUTES)).isTrue();
        }
        System.out.printf(
                Locale.ROOT,
                "hook and model: %d hosts, %d kills, %d refusals, %d checkpoints, %d of %d branches%n",
                last - first + 1,
                killed.sum(),
                refused.sum(),
                checkpoints.sum(),
                branches.count() - branches.missing().size(),
                branches.count());
        assertThat(stories)
                .as("%d of %d seeds", stories.size(), last - first + 1)
                .isEmpty();
        // The test means something only if it goes to the places that matter.
        assertThat(killed.sum()).isEqualTo(last - first + 1);
        if (last - first + 1 >= ENOUGH) {
            assertThat(reached).containsAll(expected());
            assertThat(branches.missing()).isSubsetOf(Files.readAllLines(TAKEN_ELSEWHERE));
        }
    }

    private static List<String> expected() {
        List<String> expected = new ArrayList<>();
        for (Call.Operation operation : Call.Operation.values()) {
            expected.add(operation.toString());
            expected.add(operation + " killed");
        }
        for (Denial denial : Denial.values()) {
            expected.add(denial + " refused");
            expected.add(denial + " passed");
        }
        expected.addAll(List.of("passed by warn", "passed by off", "passed by break-glass"));
        return expected;
    }

    /** Counts the commands that the hook runs, and dies before a chosen one. */
    private static String killable(String text) {
        String step = """
            count_step() {
                steps=$((${steps:-0} + 1))
                if [ "$steps" = "${HOOK_DIES_AT-}" ]; then
                    kill -9 $$
                    exit 137
                fi
            }
            """;
        return text.replace("\nrun() {\n", "\n" + step + "run() {\n    count_step\n")
                .replace("\nbecome() {\n", "\nbecome() {\n    count_step\n")
                .replace("exit \"$status\"", "echo \"${steps:-0}\" >\"$HOOK_STEPS\"\nexit \"$status\"");
    }

    private void tell(long seed, Path hook) {
        try {
            Story story = new Story(seed, hook);
            story.play();
            if (story.failure != null) {
                stories.add(String.join("\n  ", story.lines) + "\n  " + story.failure);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            stories.add("seed " + seed + ": " + e);
        }
    }

    /** One seed. */
    private final class Story {
        private final long seed;
        private final Path hook;
        private final List<String> lines = new ArrayList<>();
        private @org.jspecify.annotations.Nullable String failure;

        Story(long seed, Path hook) {
            this.seed = seed;
            this.hook = hook;
            lines.add("seed " + seed);
        }

        void play() throws IOException {
            int steps;
            try (Sandbox sandbox = Sandbox.make()) {
                RandomHost host = new RandomHost(seed, sandbox);
                host.write();
                lines.add("host:\n" + new Listing(sandbox).read().indent(4).stripTrailing());
                Call call = host.call(true);
                List<String> shell = host.usesBusybox() ? BUSYBOX : DASH;
                agree(sandbox, shell, HostOnDisk.read(sandbox), call);
                steps = Files.exists(sandbox.path("steps"))
                        ? Integer.parseInt(
                                Files.readString(sandbox.path("steps")).strip())
                        : 0;
            }
            if (failure == null) {
                playWithKill(steps);
            }
        }

        private void playWithKill(int steps) throws IOException {
            try (Sandbox sandbox = Sandbox.make()) {
                RandomHost host = new RandomHost(seed, sandbox);
                host.write();
                HookHost before = HostOnDisk.read(sandbox);
                Call call = host.call(true);
                List<String> shell = host.usesBusybox() ? BUSYBOX : DASH;
                if (steps > 0) {
                    int at = host.oneOf(steps);
                    Sandbox.Result result = run(sandbox, shell, call, Map.of("HOOK_DIES_AT", Integer.toString(at)));
                    lines.add(call.operation() + " killed before command " + at + " of " + steps + ": exit "
                            + result.exit());
                    HookHost left = HostOnDisk.read(sandbox);
                    Course course = Hook.call(before, call);
                    if (course.checkpoints().stream()
                            .map(HookDifferentialTest::comparable)
                            .noneMatch(comparable(left)::equals)) {
                        failure = "is no checkpoint; from each it differs in:\n  "
                                + course.checkpoints().stream()
                                        .map(checkpoint -> difference(comparable(left), comparable(checkpoint)))
                                        .collect(java.util.stream.Collectors.joining("\n  or\n  "));
                        return;
                    }
                    if (result.exit() == 0) {
                        failure = "it was not killed";
                        return;
                    }
                    reached.add(call.operation() + " killed");
                    killed.increment();
                }
                agree(sandbox, shell, HostOnDisk.read(sandbox), host.call(call.operation() == Call.Operation.PREPARE));
            }
        }

        private void agree(Sandbox sandbox, List<String> shell, HookHost before, Call call) throws IOException {
            Course course = Hook.call(before, call);
            checkpoints.add(course.checkpoints().size());
            Sandbox.Result result = run(sandbox, shell, call, Map.of());
            lines.add(call + " by " + shell.getFirst() + ": exit " + result.exit() + " "
                    + result.message().strip());
            HookHost after = comparable(HostOnDisk.read(sandbox));
            if (!after.equals(comparable(course.end()))) {
                failure = difference(after, comparable(course.end()));
            } else if (result.exit() != course.exit()) {
                failure = "exit is " + result.exit() + ", the model says " + course.exit();
            } else {
                reached(call, course);
            }
            if (failure == null && course.refusal() != null) {
                refused.increment();
                if (!result.message().contains("tpm-keeper: " + course.refusal().word())) {
                    failure = "the message does not name " + course.refusal().word();
                }
            }
        }

        private void reached(Call call, Course course) {
            reached.add(call.operation().toString());
            Denial refusal = course.refusal();
            HookHost.Refused mark = course.end().refused();
            if (refusal != null) {
                reached.add(refusal + (course.exit() == 0 ? " passed" : " refused"));
                if (mark != null && mark.passedBy() != null) {
                    reached.add("passed by " + mark.passedBy());
                }
            }
        }

        private Sandbox.Result run(Sandbox sandbox, List<String> shell, Call call, Map<String, String> more)
                throws IOException {
            Map<String, String> environment = new java.util.HashMap<>(more);
            environment.put("HOOK_STEPS", sandbox.path("steps").toString());
            environment.put("HOOK_REACHED", sandbox.path("reached").toString());
            Sandbox.Result result =
                    sandbox.call(shell, hook, call.operation().name().toLowerCase(Locale.ROOT), environment);
            branches.add(sandbox.path("reached"));
            return result;
        }
    }

    private static String difference(HookHost sh, HookHost model) {
        List<String> parts = new ArrayList<>();
        for (java.lang.reflect.RecordComponent part : HookHost.class.getRecordComponents()) {
            try {
                Object here = part.getAccessor().invoke(sh);
                Object there = part.getAccessor().invoke(model);
                if (!java.util.Objects.equals(here, there)) {
                    parts.add(part.getName() + ": sh " + here + "\n    model " + there);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return String.join("\n  ", parts);
    }

    /** Quarantine has no order. */
    private static HookHost comparable(HookHost host) {
        return new HookHost(
                host.index(),
                host.domain(),
                host.vm(),
                host.live(),
                host.nvramOfAnother(),
                host.rescue(),
                host.entries(),
                host.claims(),
                host.deliveries(),
                HostOnDisk.sorted(host.quarantine()),
                host.journal(),
                host.refused(),
                host.request(),
                host.accept(),
                host.marker(),
                host.breakGlass(),
                host.disk(),
                host.hold());
    }
}
