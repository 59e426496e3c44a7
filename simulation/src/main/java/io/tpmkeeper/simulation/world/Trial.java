package io.tpmkeeper.simulation.world;

import io.tpmkeeper.simulation.host.Host;
import io.tpmkeeper.simulation.story.Coverage;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A schedule that was run to its end, or to the first promise that it broke.
 *
 * @param broken null: all promises held
 * @param story empty unless it was asked for
 */
public record Trial(Schedule schedule, long steps, @Nullable Broken broken, List<String> story, Coverage coverage) {
    /** @param told whether the story is kept */
    public static Trial of(Schedule schedule, boolean told) {
        Scene scene = Scene.begin(told);
        Broken broken = null;
        try {
            run(schedule, new SimulatedWorld(scene));
        } catch (Broken e) {
            broken = e;
        }
        for (Feature feature : schedule.features()) {
            scene.coverage().reached("feature", feature.name());
        }
        return new Trial(schedule, scene.story().length(), broken, scene.story().lines(), scene.coverage());
    }

    private static void run(Schedule schedule, SimulatedWorld world) {
        begin(schedule, world);
        for (Event event : schedule.events()) {
            Host host = world.hosts().get(event.host());
            world.scene().clock().pass(1);
            world.scene().story().say("-", "%s %s %d", event.deed(), host.name(), event.number());
            event.deed().happen(world, host, event.number());
            world.check();
        }
        new Healing(world, schedule.seed()).heal(schedule.features().contains(Feature.A_HOST_IS_LOST));
    }

    private static void begin(Schedule schedule, SimulatedWorld world) {
        Host first = world.hosts().getFirst();
        if (schedule.features().contains(Feature.RUNS_ALREADY)) {
            first.runsAlready();
        } else {
            first.libvirt().define();
        }
        if (schedule.features().contains(Feature.REFUSED_CAPTURES)) {
            world.hosts().forEach(h -> h.agent().sendGarbage(true));
        }
        if (!schedule.features().contains(Feature.UNPROTECTED)) {
            world.apply("vms", "vm", io.tpmkeeper.protocol.DeletionPolicy.RETAIN);
        }
    }
}
