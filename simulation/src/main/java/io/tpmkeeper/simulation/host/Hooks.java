package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.protocol.Guard;
import io.tpmkeeper.protocol.hook.Call;
import io.tpmkeeper.protocol.hook.Course;
import io.tpmkeeper.protocol.hook.Hook;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls the hook's model as libvirt calls the hook, and cuts it off where somebody kills it. */
final class Hooks {
    /** How a call went. */
    enum Result {
        PASSED,
        REFUSED,
        /** A start waits for an answer, or a stop is held; it is to be called again. */
        WAITS,
        KILLED
    }

    private final Host host;
    private final Scene scene;

    /** The last reason for an end that libvirt's log names since the run began. */
    private @Nullable Ending logged;

    private boolean migrationLogged;

    /** The next call is killed at about this part of its way, in percent; null: it is not. */
    private @Nullable Integer killedAt;

    Hooks(Host host, Scene scene) {
        this.host = host;
        this.scene = scene;
    }

    void killNext(@Nullable Integer percent) {
        killedAt = percent;
    }

    void log(@Nullable Ending ending) {
        logged = ending;
    }

    void logMigration() {
        migrationLogged = true;
    }

    boolean migrationLogged() {
        return migrationLogged;
    }

    /** A run began: what the log said before is of another one. */
    void logBegins() {
        logged = null;
        migrationLogged = false;
    }

    Result call(Call.Operation operation) {
        return call(operation, false);
    }

    /** @param patient a start that may wait does: nothing of its refusal is written yet */
    Result call(Call.Operation operation, boolean patient) {
        HookHost before = host.disk.read();
        try {
            return carryOut(operation, patient, before);
        } finally {
            host.disk.stamp(scene.clock().now());
        }
    }

    private Result carryOut(Call.Operation operation, boolean patient, HookHost before) {
        Course course = Hook.call(before, new Call(operation, host.bootId(), logged, migrationLogged, true));
        if (course.refusal() != null) {
            scene.coverage().reached("refusal", course.refusal().word());
        }
        Integer percent = killedAt;
        killedAt = null;
        if (percent != null) {
            List<HookHost> ways = course.checkpoints();
            host.disk.become(ways.get(Math.min(ways.size() - 1, ways.size() * percent / 100)));
            scene.story().say(host.name(), "hook %s is killed", operation);
            return Result.KILLED;
        }
        if (operation == Call.Operation.STOPPED && !before.hold().letGo()) {
            for (HookHost at : course.checkpoints()) {
                if (at.hold().held()) {
                    host.disk.become(at);
                    return Result.WAITS;
                }
            }
        }
        if (patient) {
            HookHost waiting = waiting(before, course);
            if (waiting != null) {
                host.disk.become(waiting);
                return Result.WAITS;
            }
        }
        host.disk.become(course.end());
        scene.story()
                .say(
                        host.name(),
                        "hook %s%s: %s",
                        operation,
                        course.refusal() == null
                                ? ""
                                : " refuses or would: " + course.refusal().word(),
                        host.disk.vm());
        return course.exit() == 0 ? Result.PASSED : Result.REFUSED;
    }

    /** The state in which a start waits: its request lies there, and nothing of its refusal does. */
    private static @Nullable HookHost waiting(HookHost before, Course course) {
        if (course.refusal() == null || before.breakGlass() || !waitsUnder(before)) {
            return null;
        }
        HookHost last = null;
        for (HookHost at : course.checkpoints()) {
            boolean judged = !Objects.equals(at.refused(), before.refused()) || run(at) != run(before);
            if (judged) {
                break;
            }
            last = at.request() == null ? null : at;
        }
        return course.refusal().asks() == null ? null : last;
    }

    /** Under {@code off}, and where nobody protects the domain, no start waits. */
    private static boolean waitsUnder(HookHost before) {
        HookHost.IndexLine index = before.index().valueOrNull();
        if (index == null || index.guard() == Guard.ENFORCE || index.guard() == Guard.WARN) {
            return true;
        }
        Vm vm = before.vm().valueOrNull();
        return index.guard() == null && (before.vm().isUnreadable() || (vm != null && vm.line() != null));
    }

    private static long run(HookHost at) {
        var vm = at.vm().valueOrNull();
        return vm == null || vm.run() == null ? 0 : vm.run().n();
    }
}
