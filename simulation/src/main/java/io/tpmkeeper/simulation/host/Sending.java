package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Kind;
import io.tpmkeeper.protocol.hook.FileState;
import io.tpmkeeper.protocol.hook.HookHost.Captured;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.ChooseSource;
import io.tpmkeeper.protocol.hostfile.FileMark;
import io.tpmkeeper.protocol.hostfile.FileMarks;
import io.tpmkeeper.protocol.operator.Upload;
import io.tpmkeeper.simulation.cluster.Api;
import io.tpmkeeper.simulation.truth.Content;
import io.tpmkeeper.simulation.truth.Scene;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sends a capture to the inbox from the sources that have it. */
final class Sending {
    private static final long ASK_AGAIN = 30;

    private final Host host;
    private final Agent agent;
    private final Scene scene;
    private final Api api;

    Sending(Host host, Agent agent, Scene scene, Api api) {
        this.host = host;
        this.agent = agent;
        this.scene = scene;
        this.api = api;
    }

    /** @return why it was not sent; null: nothing is wrong */
    @Nullable
    String send(long seq, Activity activity) {
        Captured captured = Objects.requireNonNull(host.disk.entries.get(seq));
        Entry entry = captured.meta().entry();
        String name = "inbox-%s-%d-%d".formatted(host.name(), entry.epoch(), seq);
        Long last = agent.sent.get(name);
        if (last != null && Math.abs(scene.clock().now() - last) < ASK_AGAIN) {
            return null;
        }
        if (api.uploads().containsKey(name)) {
            agent.sent.put(name, scene.clock().now());
            return null;
        }
        Digest digest = Objects.requireNonNull(entry.digest());
        ChooseSource.Place primary = activity == Activity.INACTIVE
                ? new ChooseSource.Place(reading(host.disk.live.tpm()), reading(host.disk.live.vars()))
                : new ChooseSource.Place(inUse(), inUse());
        ChooseSource.Place fallback = new ChooseSource.Place(
                reading(captured.files().tpm()), reading(captured.files().vars()));
        ChooseSource.Chosen chosen = ChooseSource.decide(
                new ChooseSource.World(digest, captured.meta().files(), primary, fallback));
        chosen.steps().forEach(s -> scene.coverage().reached("source", s.name() + " " + s.result()));
        if (!chosen.complete()) {
            return "The newest state cannot be read whole.";
        }
        FileMarks sent = new FileMarks(
                from(chosen.tpm(), primary.tpm(), fallback.tpm()),
                from(chosen.vars(), primary.vars(), fallback.vars()));
        Content content = Objects.requireNonNull(scene.contents().of(sent));
        api.upload(new Upload(
                name,
                host.name(),
                host.hostId(),
                entry.record(),
                entry.version(),
                content.digest(),
                entry.online(),
                entry.complete(),
                entry.trigger(),
                "Fallback",
                "at " + captured.meta().captured(),
                files(content.marks()),
                agent.isDistrusted(content)
                        ? new Upload.Verdict.Refused("TpmGarbage", "It is garbage.")
                        : new Upload.Verdict.Verified()));
        agent.sent.put(name, scene.clock().now());
        scene.story().say(host.name(), "uploads %s %s", entry.version(), content);
        return null;
    }

    private static SortedMap<Kind, Digest> files(FileMarks marks) {
        SortedMap<Kind, Digest> files = new TreeMap<>();
        if (marks.tpm() != null) {
            files.put(Kind.TPM, marks.tpm().sha256());
        }
        if (marks.vars() != null) {
            files.put(Kind.NVRAM, marks.vars().sha256());
        }
        return files;
    }

    private static @Nullable FileMark from(
            ChooseSource.@Nullable Source source, ChooseSource.Reading primary, ChooseSource.Reading fallback) {
        return source == null ? null : source == ChooseSource.Source.PRIMARY ? primary.mark() : fallback.mark();
    }

    private static ChooseSource.Reading inUse() {
        return ChooseSource.Reading.failed("is in use");
    }

    private static ChooseSource.Reading reading(FileState state) {
        return switch (state) {
            case FileState.Absent absent -> ChooseSource.Reading.ABSENT;
            case FileState.Plain plain -> ChooseSource.Reading.of(plain.mark());
            case FileState.Odd odd -> ChooseSource.Reading.failed("is no plain file");
        };
    }

    private static ChooseSource.Reading reading(@Nullable FileMark mark) {
        return mark == null ? ChooseSource.Reading.ABSENT : ChooseSource.Reading.of(mark);
    }
}
