package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.hook.HookHost;
import io.tpmkeeper.protocol.hook.LiveFiles;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.LiveCapture;
import io.tpmkeeper.protocol.host.Lying;
import io.tpmkeeper.protocol.hostfile.Vm;
import io.tpmkeeper.simulation.cluster.Stored;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an agent does about a guest that runs: it captures what that has written, and answers who asks for it. */
final class LiveWork {
    private final Host host;
    private final Agent agent;
    private final Scene scene;
    private final AgentWork work;

    LiveWork(Host host, Agent agent, Scene scene, AgentWork work) {
        this.host = host;
        this.agent = agent;
        this.scene = scene;
        this.work = work;
    }

    /**
     * @param before line and run, read before libvirt was asked
     * @param activity null: it was not asked
     * @return the answer to the capture that the grant asks for
     */
    Facts.@Nullable Captured capture(Stored.Grant grant, @Nullable Vm before, @Nullable Activity activity) {
        GrantSpec.Capture wanted = grant.spec().capture();
        if (wanted == null || !grant.spec().hostId().equals(host.hostId())) {
            return null;
        }
        Facts.Captured told = grant.reported() == null ? null : grant.reported().captured();
        boolean answered = told != null && told.request().equals(wanted.request());
        String request = answered ? null : wanted.request();
        Run run = host.disk.vm().run();
        boolean open = isOpen(run);
        HookHost.Ended ended = host.disk.rescue.ended();
        boolean others = ended != null && (run == null || ended.run() != run.n());
        LiveCapture.Answer answer = decide(grant, before, activity, request, null);
        LiveFiles files = new LiveFiles(
                host.disk.live.tpm(),
                open && !others && host.disk.rescue.vars().isThere() ? host.disk.rescue.vars() : host.disk.live.vars());
        if (answer instanceof LiveCapture.Look) {
            if (open) {
                host.libvirt().syncs();
            }
            answer = decide(grant, before, activity, request, AgentWork.lying(files, true));
        }
        scene.coverage().reached("live capture", answer.getClass().getSimpleName());
        return switch (answer) {
            case LiveCapture.Take take -> taken(take, files);
            case LiveCapture.Tell tell -> {
                boolean done = work.isLocked() || work.carryOut(tell.next(), null, files.marks());
                yield done ? tell.told() : null;
            }
            case LiveCapture.Nothing nothing -> answered ? told : null;
            case LiveCapture.Wait wait -> answered ? told : null;
            case LiveCapture.Look look -> answered ? told : null;
            case LiveCapture.Again again -> answered ? told : null;
        };
    }

    private Facts.@Nullable Captured taken(LiveCapture.Take take, LiveFiles files) {
        if (!work.carryOut(take.next(), take.capture(), files.marks())) {
            return null;
        }
        agent.live = new Agent.LastLive(
                take.capture().entry().run(),
                scene.clock().now(),
                Objects.requireNonNull(take.capture().entry().digest()));
        return take.told();
    }

    private static boolean isOpen(@Nullable Run run) {
        return run != null && run.open();
    }

    private LiveCapture.Answer decide(
            Stored.Grant grant,
            @Nullable Vm before,
            @Nullable Activity activity,
            @Nullable String request,
            @Nullable Lying lying) {
        Vm vm = work.withFreeSeq();
        Agent.LastLive last = agent.live;
        boolean ofThisRun =
                last != null && vm.run() != null && last.run() == vm.run().n();
        return LiveCapture.decide(new LiveCapture.World(
                grant.spec().recordUid(),
                before == null ? null : before.run(),
                activity,
                work.isLocked(),
                vm,
                host.bootId(),
                work.entries(),
                grant.spec().saved(),
                grant.spec().settled(),
                Objects.requireNonNull(grant.spec().capture()).liveInterval(),
                request,
                ofThisRun && last != null ? last.at() : null,
                ofThisRun && last != null ? last.digest() : null,
                lying,
                "something is missing",
                scene.clock().now()));
    }
}
