package io.tpmkeeper.agent.install;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the hook.
 *
 * @param version of the one that is installed or was seen live
 * @param live whether libvirt was seen to call it
 * @param newer whether it is newer than the agent
 * @param message what is wrong, and what to do
 */
public record HookState(
        @Nullable String version,
        boolean live,
        boolean newer,
        @Nullable String message) {
    public static final HookState UNKNOWN =
            new HookState(null, false, false, "The hook is installed after the first index was written.");
}
