package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A host's right to start a domain, and the state to start it from.
 *
 * @param record uid of the VmTpmRecord in whose name it was given
 * @param epoch in which it was given; higher is newer
 * @param order id of the order that was obeyed last
 * @param how of {@link LineState#LEFT}: {@link Ending#MIGRATED} or {@link Ending#UNKNOWN}
 * @param tip the state to start from; null: none, a blank TPM is right
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Line(
        String record,
        long epoch,
        String order,
        LineState state,
        @Nullable Ending how,
        @Nullable Digest tip) {

    // Jackson takes it for a property otherwise.
    @JsonIgnore
    public boolean isHeld() {
        return state == LineState.HELD;
    }

    public boolean left(Ending ending) {
        return state == LineState.LEFT && how == ending;
    }

    /** The same line in another state; a line that is not {@link LineState#LEFT} has no {@code how}. */
    public Line as(LineState next) {
        return new Line(record, epoch, order, next, next == LineState.LEFT ? how : null, tip);
    }
}
