package io.tpmkeeper.protocol.operator;

import io.tpmkeeper.protocol.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What a VmTpmState says of its domain.
 *
 * @param ready and the others: what the conditions of these names say
 * @param stalled it does not go on without somebody; its reason and message are ready's
 * @param reconciling it goes on by itself
 * @param uncovered hosts that may not know that the domain is protected; null: there are none
 * @param refusal of the last start, if there was one
 */
public record Shown(
        HostState state,
        @Nullable String node,
        Said ready,
        Said saved,
        Said startable,
        boolean stalled,
        boolean reconciling,
        @Nullable Said uncovered,
        @Nullable Refusal refusal,
        @Nullable String refusedOn) {

    /** Of a condition. @param status true, false, or null for Unknown. @param reason CamelCase */
    public record Said(@Nullable Boolean status, String reason, String message) {
        static Said yes(String reason, String message) {
            return new Said(true, reason, message);
        }

        static Said no(String reason, String message) {
            return new Said(false, reason, message);
        }

        static Said unknown(String reason, String message) {
            return new Said(null, reason, message);
        }
    }
}
