package io.tpmkeeper.simulation.world;

import io.tpmkeeper.protocol.Decision;
import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.operator.World.Accepted;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whoever owns the VM: reads what is asked and accepts one of the options, or one that was shown long ago. */
public final class People {
    private final Scene scene;
    private final Api api;
    private final List<Accepted> everShown = new ArrayList<>();
    /** A copy of what was accepted, which a GitOps tool applies again and again. */
    private @Nullable Accepted inGit;

    private boolean usesGit;

    People(Scene scene, Api api) {
        this.scene = scene;
        this.api = api;
    }

    /** Looks at what is asked now, and remembers it. */
    void look() {
        for (Decision.Option option : options()) {
            Accepted shown = accepted(option);
            if (!everShown.contains(shown)) {
                everShown.add(shown);
            }
        }
    }

    private Accepted accepted(Decision.Option option) {
        Decision asked = decision();
        return new Accepted(asked == null ? "" : asked.reason(), option.of());
    }

    public @Nullable Decision decision() {
        Stored.Record record = api.record();
        return record == null ? null : record.status().decision();
    }

    private List<Decision.Option> options() {
        Decision asked = decision();
        return asked == null ? List.of() : asked.options();
    }

    /** @return false: nothing is asked */
    public boolean accept(int number) {
        List<Decision.Option> options = options();
        if (options.isEmpty()) {
            return false;
        }
        accept(accepted(options.get(number % options.size())));
        return true;
    }

    /** One of all that were ever shown, in their order; most of them are asked no more. */
    public void acceptAnOldOne(int number) {
        if (!everShown.isEmpty()) {
            accept(everShown.get(number % everShown.size()));
        }
    }

    private void accept(Accepted loss) {
        scene.story().say("user", "accepts %s", loss);
        inGit = loss;
        Stored.Record record = api.record();
        Owner owner = record == null ? null : record.spec().owner();
        if (owner != null) {
            api.accept(owner.namespace(), owner.name(), loss);
        }
    }

    /** From now on what was accepted last is applied with the rest, for good. */
    public void keepInGit(boolean keep) {
        usesGit = keep;
    }

    void applied() {
        if (usesGit) {
            api.accept(Api.HOME, "vm", inGit);
        }
    }
}
