package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.Owner;
import io.tpmkeeper.protocol.RecordSpec;
import io.tpmkeeper.protocol.RecordStatus;
import io.tpmkeeper.protocol.operator.Claims;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the operator does with each VmTpmState: claims its domain, and lets it go when nothing of it is left. */
final class Claiming {
    private final Api api;
    private final Scene scene;
    private final Map<String, Stored.Node> inventories;

    Claiming(Api api, Scene scene, Map<String, Stored.Node> inventories) {
        this.api = api;
        this.scene = scene;
        this.inventories = inventories;
    }

    void lookAtAll() throws Conflict {
        for (Stored.State state : List.copyOf(api.states.values())) {
            if (state.deleting()) {
                letGo(state.owner());
            } else {
                claim(state.owner());
            }
        }
    }

    private void letGo(Owner owner) throws Conflict {
        Stored.Record record = api.record;
        if (record == null) {
            var again = Claims.toLetGo(owner, api.isHeldUp(owner.namespace()));
            if (again.isPresent()) {
                make(again.get());
                scene.story().say("operator", "the record of %s is made again, to be emptied", owner);
                return;
            }
        }
        if (record == null || !owner.equals(record.spec().owner())) {
            api.states.remove(owner.toString());
            scene.story().say("operator", "VmTpmState %s is gone", owner);
        }
    }

    private void make(RecordSpec spec) throws Conflict {
        api.create(new Stored.Record(scene.clock().name("record"), 0, spec, RecordStatus.EMPTY, "enforce"));
    }

    private void claim(Owner owner) throws Conflict {
        Stored.Record record = api.record;
        Claims.Claim claim = Claims.decide(new Claims.Situation(
                Api.DOMAIN,
                owner,
                record == null ? null : record.spec(),
                record != null && record.status().deletion() != null,
                inventories.entrySet().stream()
                        .filter(n -> n.getValue().seen())
                        .map(n -> new Claims.Sighting(n.getKey(), "vm", Api.HOME, true, null))
                        .toList(),
                Set.of()));
        switch (claim) {
            case Claims.Claim.Make(RecordSpec spec) -> {
                make(spec);
                scene.story().say("operator", "the domain belongs to %s", owner);
            }
            case Claims.Claim.TakeOver(RecordSpec spec) -> {
                if (record != null) {
                    api.replace(record, new Stored.Record(record.uid(), 0, spec, record.status(), record.guard()));
                    scene.story().say("operator", "what was kept belongs to %s", owner);
                }
            }
            case Claims.Claim.Bound bound -> {}
            case Claims.Claim.Refused refused -> scene.coverage().reached("claim refused", refused.reason());
        }
        scene.coverage().reached("claim", claim.getClass().getSimpleName());
    }
}
