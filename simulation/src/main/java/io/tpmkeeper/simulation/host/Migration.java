package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Ending;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A live migration under way, as libvirt does it: the destination begins first, the source ends last. */
public final class Migration {
    private final Host from;
    private final Host to;
    private final Scene scene;

    private Migration(Host from, Host to, Scene scene) {
        this.from = from;
        this.to = to;
        this.scene = scene;
    }

    /** Null: it cannot begin. */
    public static @Nullable Migration begin(Host from, Host to, Scene scene) {
        if (!from.libvirt().runs() || from == to || !to.libvirt().receive()) {
            return null;
        }
        scene.story().say(from.name(), "migrates to %s", to.name());
        from.libvirt().sends();
        return new Migration(from, to, scene);
    }

    /** One of the two lost its power, or the guest ended. */
    public boolean isBroken() {
        return !from.libvirt().runs() || !to.libvirt().isActive();
    }

    public Host from() {
        return from;
    }

    public Host to() {
        return to;
    }

    /** @param how what the source's log says; null: nothing */
    public void succeed(@Nullable Ending how) {
        switchOver();
        from.libvirt().left(how);
    }

    /** The guest goes on at the destination; the source does not know it yet. */
    public void switchOver() {
        Content content = Objects.requireNonNull(from.libvirt().content());
        scene.story().say(from.name(), "has migrated to %s with %s", to.name(), content);
        scene.truth().migrates(from.name(), to.name(), content, to.isGivenAnywhere() || to.isProtectedAnywhere());
        to.libvirt().received(content);
    }

    public void fail() {
        scene.story().say(from.name(), "does not migrate to %s", to.name());
        if (to.libvirt().isActive()) {
            to.libvirt().left(Ending.FAILED);
        }
    }
}
