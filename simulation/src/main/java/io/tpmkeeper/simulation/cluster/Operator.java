package io.tpmkeeper.simulation.cluster;

import io.tpmkeeper.protocol.operator.Decisions;
import io.tpmkeeper.protocol.operator.Finding;
import io.tpmkeeper.protocol.operator.RequestedCapture;
import io.tpmkeeper.protocol.operator.Show;
import io.tpmkeeper.protocol.operator.Shown;
import io.tpmkeeper.protocol.operator.Step;
import io.tpmkeeper.protocol.operator.World;
import io.tpmkeeper.simulation.truth.Broken;
import io.tpmkeeper.simulation.truth.Harm;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One operator process while it leads, or believes that it does. It observes the record, then the rest, decides, and takes the
 * steps one by one; the world may stop it, or let others act, between any two of these.
 */
public final class Operator {
    /** As many passes as the real one makes in a row. */
    private static final int PASSES = 40;

    private final Api api;
    private final Scene scene;
    private final Nodes nodes;
    private final WorldReader reader;
    private final StepTaker taker;
    private final Claiming claiming;
    private final Questions questions;
    private final Map<String, Stored.Node> inventories = new TreeMap<>();
    private final Set<String> alive = new TreeSet<>();
    /** Since when a Node has been not ready and its agent silent, as far as this leader knows. */
    private final Map<String, Long> downSince = new TreeMap<>();

    private final Deque<Step> steps = new ArrayDeque<>();
    private Stored.@Nullable Record observed;
    private @Nullable World world;
    private final LifeWatch life;
    private boolean lags;
    /** Until the rest is done no generation is tried again. */
    private boolean refused;

    private boolean deposed;
    private List<Finding> findings = List.of();

    public Operator(Api api, Scene scene, Nodes nodes, ClassPolicy policy, Witness witness) {
        this.api = api;
        this.scene = scene;
        this.nodes = nodes;
        this.reader = new WorldReader(api, nodes, policy, scene.clock());
        this.taker = new StepTaker(api, scene, witness);
        this.claiming = new Claiming(api, scene, inventories);
        this.life = new LifeWatch(scene.coverage());
        this.questions = new Questions(scene.clock().name("leader"));
        // A Lease that is seen for the first time counts as renewed now.
        alive.addAll(api.nodes.keySet());
        watch();
    }

    /** Of the last pass that had nothing to do. */
    public List<Finding> findings() {
        return findings;
    }

    /** What the VmTpmState says of its domain, as it was observed last. */
    public Shown shown() {
        return Show.show(Objects.requireNonNull(world, "nothing was observed yet"), findings, 0, true, null);
    }

    /** Its caches get nothing new until they do not lag any more. */
    public void lag(boolean behind) {
        lags = behind;
    }

    /** Another process leads; this one does not know it yet. */
    public void depose() {
        deposed = true;
    }

    /** In the middle of a pass of one that was deposed. */
    public void storageWentBack() {
        life.forget();
    }

    /** Whether it is in the middle of a pass. */
    public boolean isBusy() {
        return observed != null;
    }

    /** It misses the Leases that were not renewed for long enough. */
    public void noticeSilence() {
        for (String node : nodes.names()) {
            if (!nodes.renewsItsLease(node)) {
                alive.remove(node);
            }
        }
    }

    private void watch() {
        if (lags) {
            return;
        }
        for (String node : nodes.names()) {
            if (nodes.isReady(node) || nodes.renewsItsLease(node)) {
                downSince.remove(node);
            } else {
                downSince.putIfAbsent(node, scene.clock().elapsed());
            }
            if (nodes.renewsItsLease(node)) {
                alive.add(node);
                if (!deposed) {
                    api.nodes.putIfAbsent(node, Stored.Node.EMPTY);
                }
            }
        }
        if (!deposed) {
            api.nodes.replaceAll(
                    (node, n) -> questions.current().equals(n.question()) ? n : n.asked(questions.current()));
        }
        inventories.clear();
        inventories.putAll(api.nodes);
    }

    /** Passes until there is nothing to do. */
    public void work() {
        for (int pass = 0; pass < PASSES; pass++) {
            do {
                if (!step()) {
                    return;
                }
            } while (isBusy());
        }
        throw new Broken(Harm.STUCK, "the operator finds something to do again and again");
    }

    /** The next thing that it does. @return whether there was anything to do */
    public boolean step() {
        try {
            if (observed == null) {
                watch();
                claiming.lookAtAll();
                observed = api.record;
                return observed != null;
            }
            if (steps.isEmpty()) {
                return decide();
            }
            observed = taker.take(observed, Objects.requireNonNull(world), steps.removeFirst(), questions);
            if (steps.isEmpty()) {
                observed = null;
            }
        } catch (GenerationRefused e) {
            scene.coverage().reached("conflict", "a generation is refused");
            scene.story().say("operator", "is refused a generation");
            refused = true;
            steps.clear();
            observed = null;
        } catch (Conflict e) {
            scene.coverage().reached("conflict", String.valueOf(e.getMessage()));
            scene.story().say("operator", "observes anew: %s", e);
            steps.clear();
            observed = null;
        }
        return true;
    }

    private void answerCaptureRequest(World seen) {
        String request = seen.captureRequest();
        if (request != null && request.equals(api.captureRequest)) {
            RequestedCapture.answer(seen, request).ifPresent(a -> {
                scene.coverage().reached("requested capture", a.result().toString());
                api.captureRequest = null;
            });
        }
    }

    private boolean decide() {
        Stored.Record record = Objects.requireNonNull(observed);
        watch();
        world = reader.read(record, inventories, alive, downSince, questions);
        life.observed(world);
        Decisions.Outcome outcome = refused
                ? Decisions.decideWithoutGenerations(world, record.guard())
                : Decisions.decide(world, record.guard());
        answerCaptureRequest(world);
        for (Finding finding : outcome.findings()) {
            scene.coverage().reached("finding", finding.reason().word());
        }
        steps.addAll(outcome.steps());
        if (outcome.verb() != null) {
            scene.coverage().reached("verb", outcome.verb());
            for (Step step : outcome.steps()) {
                if (step instanceof Step.WriteRecord(var next)) {
                    life.written(world, next, outcome.verb());
                    CurrentWatch.written(world, next, outcome.verb());
                }
            }
            return true;
        }
        observed = null;
        refused = false;
        if (!outcome.findings().equals(findings)) {
            findings = outcome.findings();
            scene.story().say("operator", "finds %s", findings);
        }
        return false;
    }
}
