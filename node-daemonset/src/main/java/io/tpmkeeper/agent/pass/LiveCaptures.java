package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.cluster.Grant;
import io.tpmkeeper.agent.host.DomainLocks;
import io.tpmkeeper.agent.host.FoundState;
import io.tpmkeeper.agent.host.HostFiles;
import io.tpmkeeper.agent.host.HostPaths;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Run;
import io.tpmkeeper.protocol.host.Activity;
import io.tpmkeeper.protocol.host.LiveCapture;
import io.tpmkeeper.protocol.hostfile.EntryMeta;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.Vm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures domains while they run, and answers those who ask for a capture. The files are read without the domain's lock, which is
 * held only while the capture is written down: a stop waits for that and for nothing else.
 */
public final class LiveCaptures {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCaptures.class);
    private static final int ATTEMPTS = 5;
    private static final long LOOK_AGAIN = 10;

    private final Host host;
    private final String hostId;
    private final Captures captures;
    private final Looker looker;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private Map<Path, String> files = Map.of();

    LiveCaptures(Host host, String hostId, Captures captures, Looker looker) {
        this.host = host;
        this.hostId = hostId;
        this.captures = captures;
        this.looker = looker;
    }

    /**
     * What is remembered of a domain.
     *
     * @param run number of the run that it is of
     * @param mark of the files when nothing was to be captured of them any more
     * @param last Unix seconds at which the run was captured last
     * @param tried what was captured then
     * @param next Unix seconds at which it is to be looked at again though nothing changes; null: a change is enough
     * @param told the request that was answered last
     */
    private record Seen(
            long run,
            @Nullable String mark,
            @Nullable Long last,
            @Nullable Digest tried,
            @Nullable Long next,
            Facts.@Nullable Captured told) {
        static final Seen NOTHING = new Seen(0, null, null, null, null, null);

        Seen of(long now) {
            return run == now ? this : new Seen(now, null, null, null, null, told);
        }

        /** Whatever changes is worth a look. */
        Seen open() {
            return new Seen(run, null, last, tried, null, told);
        }

        Seen settled(String withMark) {
            return new Seen(run, withMark, last, tried, null, told);
        }

        Seen captured(long at, Digest what, String withMark) {
            return new Seen(run, withMark, at, what, null, told);
        }

        Seen lookAgainAt(long when) {
            return new Seen(run, null, last, tried, when, told);
        }

        Seen telling(Facts.@Nullable Captured answer) {
            return new Seen(run, mark, last, tried, next, answer);
        }
    }

    /** How long the agent may rest before a domain is due; empty: none waits for time to pass. */
    Optional<Duration> rest() {
        return seen.values().stream()
                .map(Seen::next)
                .filter(next -> next != null && next > host.now())
                .min(Long::compare)
                .map(next -> Duration.ofSeconds(next - host.now()));
    }

    /** Whether a change of the domain's files is news: it was looked at, and does not wait for its time. */
    public boolean isOpenToChanges(String uuid) {
        Seen known = seen.get(uuid);
        return known != null && known.mark != null;
    }

    /** The state files of which a change is worth a look while their domain runs, with its UUID. */
    public Map<Path, String> files() {
        return files;
    }

    /** A pass has ended; it knew these domains and grants. */
    void passed(Map<String, PlacedDomain> inventory, List<Grant> grants) {
        Map<Path, String> followed = new TreeMap<>();
        for (Grant grant : grants) {
            String uuid = grant.spec().domainUuid();
            PlacedDomain domain = inventory.get(uuid);
            GrantSpec.Capture wanted = grant.spec().capture();
            if (domain != null
                    && domain.hasTpm()
                    && domain.activity() == Activity.ACTIVE
                    && wanted != null
                    && wanted.liveInterval() != null) {
                HostPaths.stateFiles(domain.paths()).forEach(f -> followed.put(f, uuid));
            }
        }
        files = followed;
        seen.keySet().retainAll(grants.stream().map(g -> g.spec().domainUuid()).collect(Collectors.toSet()));
    }

    /** @return the answer to the capture that the grant asks for, if there is one */
    Facts.@Nullable Captured settle(DomainView view, Grant grant) throws IOException, UnreadableException {
        GrantSpec.Capture wanted = grant.spec().capture();
        if (wanted == null || !grant.spec().hostId().equals(hostId)) {
            seen.remove(view.uuid());
            return null;
        }
        Facts.Captured before = told(view, grant, wanted);
        String request = before == null ? wanted.request() : null;
        Run run = view.vmBefore() == null ? null : view.vmBefore().run();
        Seen known = seen.getOrDefault(view.uuid(), Seen.NOTHING).of(run == null ? 0 : run.n());
        if (wanted.request() == null) {
            // The same id, if it ever comes again, is another request.
            known = known.telling(null);
        }
        seen.put(view.uuid(), known);
        String mark = looker.mark(view.pathsOrNone());
        boolean keepable = view.pathsOrNone().tpm() != null;
        if (request == null && (!keepable || mark.equals(known.mark))) {
            return before;
        }
        Vm vm = captures.withFreeSeq(view.uuid(), host.files().vm(view.uuid()));
        LiveCapture.Answer first = LiveCapture.decide(world(view, grant, request, known, vm, null));
        boolean looks = first instanceof LiveCapture.Look;
        LiveCapture.Answer answer = looks ? look(view, grant, request, known) : first;
        return carriedOut(view, known, looks ? mark : null, answer).orElse(before);
    }

    /** The watch may be behind what this agent reported. */
    private Facts.@Nullable Captured told(DomainView view, Grant grant, GrantSpec.Capture wanted) {
        if (wanted.request() == null) {
            return null;
        }
        Facts.Captured mine = seen.getOrDefault(view.uuid(), Seen.NOTHING).told;
        Facts.Captured reported =
                grant.reported() == null ? null : grant.reported().captured();
        return Stream.of(Optional.ofNullable(mine), Optional.ofNullable(reported))
                .flatMap(Optional::stream)
                .filter(c -> c.request().equals(wanted.request()))
                .findFirst()
                .orElse(null);
    }

    /** Reads first, then takes the lock, and judges what was read by what holds then. */
    private LiveCapture.Answer look(DomainView view, Grant grant, @Nullable String request, Seen known)
            throws IOException, UnreadableException {
        boolean open = view.vmBefore() != null
                && view.vmBefore().run() != null
                && view.vmBefore().run().open();
        FoundState found = read(view, open);
        Optional<DomainLocks.Held> lock = host.locks().take(view.uuid(), Duration.ZERO);
        if (lock.isEmpty()) {
            return new LiveCapture.Again();
        }
        try (DomainLocks.Held held = lock.get()) {
            Vm vm = captures.withFreeSeq(view.uuid(), host.files().vm(view.uuid()));
            boolean stillOpen = vm.run() != null && vm.run().open();
            LiveCapture.Answer answer = stillOpen == open
                    ? LiveCapture.decide(world(view, grant, request, known, vm, found))
                    : new LiveCapture.Again();
            boolean done = switch (answer) {
                case LiveCapture.Take take -> captures.carryOut(view.uuid(), take.next(), take.capture(), found);
                case LiveCapture.Tell tell -> captures.carryOut(view.uuid(), tell.next(), null, found);
                case LiveCapture.Nothing nothing -> true;
                case LiveCapture.Wait wait -> true;
                case LiveCapture.Look look -> true;
                case LiveCapture.Again again -> true;
            };
            return done ? answer : new LiveCapture.Again();
        }
    }

    /** One version of both files, the same before and after; of a run that goes on, tried some times. */
    private FoundState read(DomainView view, boolean open) throws IOException {
        if (!open) {
            return host.states().live(view.uuid(), view.pathsOrNone());
        }
        Run run = view.vmBefore() == null ? null : view.vmBefore().run();
        long number = run == null ? 0 : run.n();
        FoundState found = host.states().running(view.uuid(), view.pathsOrNone(), number);
        for (int attempt = 1; attempt < ATTEMPTS && !found.isWhole(view.pathsOrNone()); attempt++) {
            found = host.states().running(view.uuid(), view.pathsOrNone(), number);
        }
        return found;
    }

    private LiveCapture.World world(
            DomainView view, Grant grant, @Nullable String request, Seen known, Vm vm, @Nullable FoundState found)
            throws IOException {
        GrantSpec.Capture wanted = Objects.requireNonNull(grant.spec().capture());
        List<EntryMeta> entries = host.spool().entries(view.uuid());
        return new LiveCapture.World(
                grant.spec().recordUid(),
                view.vmBefore() == null ? null : view.vmBefore().run(),
                activity(view),
                false,
                vm,
                HostFiles.bootId(),
                entries.stream().map(EntryMeta::entry).toList(),
                grant.spec().saved(),
                grant.spec().settled(),
                wanted.liveInterval(),
                request,
                known.last,
                known.tried,
                found == null ? null : found.lying(view.pathsOrNone()),
                found == null ? null : found.failures().orElse("a file is missing or empty"),
                host.now());
    }

    /** A start that waits here is not active; all else counts only if libvirt was asked after the run was read. */
    private static @Nullable Activity activity(DomainView view) {
        return view.isCertain() ? view.activity() : null;
    }

    /** @param mark of the files that were read; null: none were */
    private Optional<Facts.Captured> carriedOut(
            DomainView view, Seen known, @Nullable String mark, LiveCapture.Answer answer) {
        long now = host.now();
        Facts.@Nullable Captured told = null;
        Seen next = known;
        switch (answer) {
            case LiveCapture.Nothing nothing -> next = mark == null ? known.open() : known.settled(mark);
            case LiveCapture.Wait(long seconds) -> next = known.lookAgainAt(now + seconds);
            case LiveCapture.Look look -> next = known.lookAgainAt(now + LOOK_AGAIN);
            case LiveCapture.Again again -> next = known.lookAgainAt(now + LOOK_AGAIN);
            case LiveCapture.Take take -> {
                told = take.told();
                next = known.captured(
                        now, Objects.requireNonNull(take.capture().entry().digest()), Objects.requireNonNull(mark));
            }
            case LiveCapture.Tell tell -> {
                told = tell.told();
                next = mark == null ? known.open() : known.settled(mark);
            }
        }
        if (told != null) {
            LOG.atInfo()
                    .addKeyValue("domain", view.uuid())
                    .addKeyValue("request", told.request())
                    .addKeyValue("cause", told.refused())
                    .log(
                            told.refused() == null
                                    ? "the capture that was asked for is answered"
                                    : "the capture that was asked for is refused");
            next = next.telling(told);
        }
        seen.put(view.uuid(), next);
        return Optional.ofNullable(told);
    }
}
