package io.tpmkeeper.protocol.hook;

import io.tpmkeeper.protocol.Ending;
import org.jspecify.annotations.Nullable;

/**
 * One call by libvirt.
 *
 * @param boot the host's boot id
 * @param logged the last reason for shutting down that libvirt's log names since the run began
 * @param migrationLogged whether it names the beginning of an outgoing migration since then
 * @param waits whether a start waits for an answer at all
 */
public record Call(
        Operation operation, String boot, @Nullable Ending logged, boolean migrationLogged, boolean waits) {
    public enum Operation {
        PREPARE,
        STARTED,
        RECONNECT,
        STOPPED,
        MIGRATE,
        RESTORE
    }
}
