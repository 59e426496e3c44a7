package io.tpmkeeper.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What one host is told about the line of one domain. It stands until it is acknowledged or refused, or its host is dead.
 *
 * @param id random; an order is obeyed once
 * @param epoch the line's. A Tombstone of the line's own epoch takes it back (it can be refused); of a higher one it says that
 *     the line was given elsewhere (it cannot)
 * @param tip of a Held order; null for a Tombstone
 * @param run with {@link Content#LIVE}: the run that is meant, if one is; of another Held order: the last run that was seen
 *     there, 0 for none, where whatever ran since must not be passed over; of a Tombstone: the run after which the line was
 *     seen {@link LineState#LEFT}, 0 for none. Another run there refuses the order. Of a Tombstone of a higher epoch: the last run
 *     that is known to be no part of the line that was given elsewhere; what ended there later is not judged by it
 * @param active with {@link Content#LIVE}: whether the domain was seen active when the order was written
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Order(
        String id,
        long epoch,
        OrderKind kind,
        @Nullable Content tip,
        @Nullable Long run,
        boolean active) {

    public static Order held(String id, long epoch, Content tip) {
        return held(id, epoch, tip, null);
    }

    /** @param last the last run that was seen there, 0 for none; null: whatever ran there, it is to begin from the tip */
    public static Order held(String id, long epoch, Content tip, @Nullable Long last) {
        return new Order(id, epoch, OrderKind.HELD, tip, last, false);
    }

    public static Order live(String id, long epoch, @Nullable Long run, boolean active) {
        return new Order(id, epoch, OrderKind.HELD, Content.LIVE, run, active);
    }

    public static Order tombstone(String id, long epoch) {
        return tombstone(id, epoch, null);
    }

    /** @param run after which the line was seen {@link LineState#LEFT}, or that is no part of a line given elsewhere; null: none */
    public static Order tombstone(String id, long epoch, @Nullable Long run) {
        return new Order(id, epoch, OrderKind.TOMBSTONE, null, run, false);
    }
}
