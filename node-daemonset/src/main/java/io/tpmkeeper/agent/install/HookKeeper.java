package io.tpmkeeper.agent.install;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private final HookInstaller installer;
    private boolean reread;
    private HookState state = HookState.UNKNOWN;
    private long provenAt;

    public HookKeeper(HookInstaller installer) {
        this.installer = installer;
    }

    public HookState state() {
        return state;
    }

    /** Whether it has to be looked after: it is not known to be live, or the proof is old. */
    public boolean isDue() {
        return !state.live() || System.nanoTime() - provenAt > PROOF_HOLDS.toNanos();
    }

    /** To be called only when the index is on disk, and no start waits. */
    public HookState keep(DomainPlace place) throws IOException, PlaceException {
        HookInstaller.Outcome outcome = installer.install();
        if (outcome == HookInstaller.Outcome.INSTALLED) {
            LOG.atInfo().addKeyValue("hook", installer.version()).log("hook installed");
        }
        String installed = installer.installedVersion().orElse(installer.version());
        boolean newer = outcome == HookInstaller.Outcome.NEWER;
        String said = place.probe();
        Matcher live = LIVE.matcher(said);
        if (live.find()) {
            if (!state.live()) {
                LOG.atInfo().addKeyValue("hook", live.group(1)).log("hook is live");
            }
            state = new HookState(live.group(1), true, newer, null);
            provenAt = System.nanoTime();
            reread = false;
            return state;
        }
        // libvirtd notes whether there are hooks at its start only; where there were some, it needs no signal.
        if (!reread) {
            reread = true;
            place.rereadHooks();
            LOG.atInfo().log("libvirt was told to read its hooks again");
        }
        state = new HookState(
                installed, false, newer, "libvirt did not call the hook for the probe; it answered: " + shown(said));
        return state;
    }

    private static String shown(String said) {
        if (said.isEmpty()) {
            return "nothing, the probe was started";
        }
        return said.length() > 300 ? said.substring(0, 300) + "…" : said;
    }
}
