package io.tpmkeeper.agent.install;

import io.tpmkeeper.agent.host.FileTrouble;
import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.Trouble;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the hook installed and live. It is proven by a probe: libvirt is asked for a transient domain of a reserved name that only
 * our hook refuses, and its error carries the hook's word (libvirt 9.0, measured).
 */
public final class HookKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(HookKeeper.class);
    private static final Pattern LIVE = Pattern.compile("tpm-keeper hook ([0-9]+\\.[0-9]+\\.[0-9]+) is live");
    private static final Duration PROOF_HOLDS = Duration.ofMinutes(5);

    /** Looks at a second's distance, after libvirt was told to read its hooks again; it takes it up within one or two. */
    private static final int PRESSING = 30;

    private final HookInstaller installer;
    private boolean reread;
    private int looks;
    private HookState state = HookState.UNKNOWN;
    private long provenAt;

    public HookKeeper(HookInstaller installer) {
        this.installer = installer;
    }

    public HookState state() {
        return state;
    }

    /** Whether it has to be looked after: it is not known to be live, or is not ours, or the proof is old. */
    public boolean isDue() {
        return !state.live() || state.notWritten() != null || System.nanoTime() - provenAt > PROOF_HOLDS.toNanos();
    }

    /** Whether it should be looked at again soon: libvirt will call it any moment, as far as is known. */
    public boolean isPressing() {
        return !state.live() && state.trouble() == null && state.notWritten() == null && looks < PRESSING;
    }

    /** To be called only when the index is on disk, and no start waits. */
    public HookState keep(DomainPlace place) throws PlaceException {
        String notWritten = null;
        boolean newer = false;
        try {
            HookInstaller.Outcome outcome = installer.install();
            newer = outcome == HookInstaller.Outcome.NEWER;
            if (outcome == HookInstaller.Outcome.INSTALLED) {
                LOG.atInfo().addKeyValue("hook", installer.version()).log("hook installed");
                looks = 0;
                reread = false;
            }
        } catch (IOException e) {
            notWritten =
                    "The hook %s cannot be put in place: %s. Make %s writable for root; the agent tries again by itself."
                            .formatted(installer.version(), FileTrouble.shown(e), installer.directories());
        }
        Optional<Trouble> trouble = place.trouble();
        state = trouble.isPresent()
                ? new HookState(
                        installed().orElse(null), false, newer, trouble.get().message(), trouble.get(), notWritten)
                : probed(place, newer, notWritten);
        return state;
    }

    private HookState probed(DomainPlace place, boolean newer, @Nullable String notWritten) throws PlaceException {
        String said = place.probe();
        Matcher live = LIVE.matcher(said);
        if (live.find()) {
            if (!state.live()) {
                LOG.atInfo().addKeyValue("hook", live.group(1)).log("hook is live");
            }
            provenAt = System.nanoTime();
            reread = false;
            looks = 0;
            return HookState.live(live.group(1), newer, notWritten);
        }
        looks++;
        Optional<String> installed = installed();
        String told = installed.isPresent() ? tellToReread(place) : "";
        return new HookState(
                installed.orElse(null),
                false,
                newer,
                notWritten != null
                        ? notWritten
                        : "libvirt did not call the hook for the probe; it answered: " + shown(said) + told,
                null,
                notWritten);
    }

    /** libvirtd notes whether there are hooks at its start only; where there were some, it needs no signal. */
    private String tellToReread(DomainPlace place) {
        if (reread) {
            return "";
        }
        try {
            place.rereadHooks();
            reread = true;
            LOG.atInfo().log("libvirt was told to read its hooks again");
            return "";
        } catch (PlaceException e) {
            return "; and it could not be told to read its hooks again: " + e.getMessage();
        }
    }

    private Optional<String> installed() {
        try {
            return installer.installedVersion();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String shown(String said) {
        if (said.isEmpty()) {
            return "nothing, the probe was started";
        }
        return said.length() > 300 ? said.substring(0, 300) + "…" : said;
    }
}
