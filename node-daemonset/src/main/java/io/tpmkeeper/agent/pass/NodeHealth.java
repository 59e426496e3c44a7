package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.install.HookState;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.Finding;
import io.tpmkeeper.api.Reason;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node's conditions say; pure.
 *
 * @param place why libvirt did not answer; null: it did
 * @param hook what is known of it
 * @param directory why the host directory cannot be used, and what to do; null: it can
 * @param freeBytes on its filesystem; null: not known
 */
record NodeHealth(
        @Nullable Trouble place,
        HookState hook,
        @Nullable String directory,
        @Nullable Long freeBytes) {
    private static final long ENOUGH = 512L * 1024 * 1024;

    List<Finding> findings() {
        return List.of(ready(), hookActive(), libvirtConnected(), spaceAvailable());
    }

    NodeHealth at(@Nullable Trouble now) {
        return new NodeHealth(now, hook, directory, freeBytes);
    }

    /** Whether something is wrong that the agent cannot put right by itself. */
    boolean isTroubled() {
        return place != null || directory != null || hook.trouble() != null || hook.notWritten() != null;
    }

    /** What is wrong with libvirt, by the last answer that it gave or did not give. */
    private Optional<Trouble> trouble() {
        return Optional.ofNullable(place).or(() -> Optional.ofNullable(hook.trouble()));
    }

    private Finding ready() {
        if (trouble().isPresent()) {
            return of(ConditionType.READY, trouble().get());
        }
        if (directory != null) {
            return Finding.no(ConditionType.READY, Reason.HOST_DIRECTORY_UNUSABLE, directory);
        }
        if (hook.notWritten() != null) {
            return Finding.no(ConditionType.READY, Reason.HOOK_NOT_WRITTEN, hook.notWritten());
        }
        if (hook.equals(HookState.UNKNOWN)) {
            return Finding.no(ConditionType.READY, Reason.AGENT_STARTING, "The agent has begun.");
        }
        return hook.live()
                ? Finding.yes(ConditionType.READY, Reason.AGENT_READY, "The agent works and the hook is live.")
                : Finding.no(ConditionType.READY, Reason.HOOK_INACTIVE, String.valueOf(hook.message()));
    }

    private Finding hookActive() {
        if (hook.live()) {
            return live();
        }
        if (hook.trouble() != null) {
            return of(ConditionType.HOOK_ACTIVE, hook.trouble());
        }
        return hook.notWritten() == null
                ? Finding.no(ConditionType.HOOK_ACTIVE, Reason.HOOK_INACTIVE, String.valueOf(hook.message()))
                : Finding.no(ConditionType.HOOK_ACTIVE, Reason.HOOK_NOT_WRITTEN, hook.notWritten());
    }

    private Finding live() {
        if (hook.notWritten() != null) {
            return Finding.yes(
                    ConditionType.HOOK_ACTIVE,
                    Reason.HOOK_NOT_WRITTEN,
                    "Hook %s is live. %s".formatted(hook.version(), hook.notWritten()));
        }
        return hook.newer()
                ? Finding.yes(
                        ConditionType.HOOK_ACTIVE,
                        Reason.HOOK_NEWER,
                        "Hook %s is live; it is newer than this agent's.".formatted(hook.version()))
                : Finding.yes(
                        ConditionType.HOOK_ACTIVE, Reason.HOOK_LIVE, "Hook %s is live.".formatted(hook.version()));
    }

    private Finding libvirtConnected() {
        return trouble()
                .filter(t -> !t.kind().isConnected())
                .map(t -> of(ConditionType.LIBVIRT_CONNECTED, t))
                .orElseGet(() ->
                        Finding.yes(ConditionType.LIBVIRT_CONNECTED, Reason.LIBVIRT_REACHABLE, "libvirt answers."));
    }

    private Finding spaceAvailable() {
        if (freeBytes != null && freeBytes < ENOUGH) {
            return Finding.no(
                    ConditionType.SPACE_AVAILABLE,
                    Reason.NO_SPACE,
                    "Less than %d MiB are free for captures.".formatted(ENOUGH / 1024 / 1024));
        }
        return directory == null
                ? Finding.yes(ConditionType.SPACE_AVAILABLE, Reason.ENOUGH_SPACE, "There is room for captures.")
                : Finding.no(ConditionType.SPACE_AVAILABLE, Reason.HOST_DIRECTORY_UNUSABLE, directory);
    }

    private static Finding of(ConditionType type, Trouble trouble) {
        return Finding.no(
                type,
                switch (trouble.kind()) {
                    case UNREACHABLE -> Reason.LIBVIRT_UNREACHABLE;
                    case MISSING -> Reason.LIBVIRT_MISSING;
                    case NO_DRIVER, NO_EMULATOR -> Reason.QEMU_MISSING;
                    case TOO_OLD -> Reason.LIBVIRT_TOO_OLD;
                },
                trouble.message());
    }
}
