package io.tpmkeeper.agent.install;

import io.tpmkeeper.agent.place.Trouble;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the hook.
 *
 * @param version of the one that is installed or was seen live
 * @param live whether libvirt was seen to call it
 * @param newer whether it is newer than the agent
 * @param message what is wrong, and what to do
 * @param trouble why libvirt could not call any hook; null: it could, or nobody has looked yet
 * @param notWritten why the agent's own could not be put in place, which an older one may survive; null: it could
 */
public record HookState(
        @Nullable String version,
        boolean live,
        boolean newer,
        @Nullable String message,
        @Nullable Trouble trouble,
        @Nullable String notWritten) {
    /** Before the first look. */
    public static final HookState UNKNOWN =
            new HookState(null, false, false, "The hook is installed after the first index was written.", null, null);

    public static HookState live(String version, boolean newer, @Nullable String notWritten) {
        return new HookState(version, true, newer, notWritten, null, notWritten);
    }
}
