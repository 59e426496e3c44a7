package io.tpmkeeper.protocol.hook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call does.
 *
 * @param checkpoints the durable states that it goes through: the first is the one it found, the last the one it leaves
 * @param exit 0: libvirt goes on
 * @param refusal why, if it refused or would have
 */
public record Course(
        List<HookHost> checkpoints, int exit, @Nullable Denial refusal) {
    public HookHost end() {
        return checkpoints.getLast();
    }
}
