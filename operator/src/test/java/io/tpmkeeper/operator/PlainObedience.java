package io.tpmkeeper.operator;

import io.tpmkeeper.protocol.Content;
import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.GrantSpec;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.LineState;
import io.tpmkeeper.protocol.Order;
import io.tpmkeeper.protocol.OrderKind;
import org.jspecify.annotations.Nullable;

/** Obeys an order and a purge as a host does that is in no trouble. */
final class PlainObedience {
    private PlainObedience() {}

    static Facts obey(Facts facts, GrantSpec told) {
        Order order = told.order();
        Facts obeyed = order != null && !order.id().equals(facts.acked()) ? taken(facts, told, order) : facts;
        GrantSpec.Purge purge = told.purge();
        return purge == null || purge.id().equals(obeyed.purged()) ? obeyed : purged(obeyed, purge);
    }

    private static Facts purged(Facts facts, GrantSpec.Purge purge) {
        return FactsDraft.of(Facts.nothing(facts.hostId()), f -> {
            f.acked = facts.acked();
            f.defined = facts.defined();
            f.purged = purge.id();
        });
    }

    private static Facts taken(Facts facts, GrantSpec told, Order order) {
        Line line = facts.line();
        if (order.kind() == OrderKind.HELD) {
            Digest tip = order.tip() instanceof Content.Of of ? of.digest() : null;
            return acked(facts, told, order, LineState.HELD, tip);
        }
        if (line != null && line.epoch() == order.epoch() && facts.runOpen()) {
            return FactsDraft.of(facts, f -> {
                f.nacked = new Facts.Nack(order.id(), "It runs.");
                f.request = null;
            });
        }
        return acked(facts, told, order, LineState.TOMBSTONE, line == null ? null : line.tip());
    }

    private static Facts acked(Facts facts, GrantSpec told, Order order, LineState state, @Nullable Digest tip) {
        return FactsDraft.of(facts, f -> {
            f.acked = order.id();
            f.nacked = null;
            f.line = new Line(told.recordUid(), order.epoch(), order.id(), state, null, tip);
            // The start goes on waiting until it is allowed.
            f.request = state == LineState.HELD ? null : f.request;
        });
    }
}
