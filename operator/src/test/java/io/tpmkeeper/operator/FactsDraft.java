package io.tpmkeeper.operator;

import io.tpmkeeper.protocol.Digest;
import io.tpmkeeper.protocol.Entry;
import io.tpmkeeper.protocol.Facts;
import io.tpmkeeper.protocol.Line;
import io.tpmkeeper.protocol.Refusal;
import io.tpmkeeper.protocol.Request;
import io.tpmkeeper.protocol.Run;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Facts to be changed field by field. */
final class FactsDraft {
    final String hostId;

    @Nullable
    String acked;

    Facts.@Nullable Nack nacked;
    boolean defined;
    boolean active;

    @Nullable
    Line line;

    @Nullable
    Run run;

    @Nullable
    Digest live;

    List<Entry> entries;
    List<Digest> deliveries;

    @Nullable
    Request request;

    @Nullable
    Refusal refusal;

    @Nullable
    String purged;

    @Nullable
    String stopHeld;

    private FactsDraft(Facts was) {
        hostId = was.hostId();
        acked = was.acked();
        nacked = was.nacked();
        defined = was.defined();
        active = was.active();
        line = was.line();
        run = was.run();
        live = was.live();
        entries = was.entries();
        deliveries = was.deliveries();
        request = was.request();
        refusal = was.refusal();
        purged = was.purged();
        stopHeld = was.stopHeld();
    }

    static Facts of(Facts was, Consumer<FactsDraft> change) {
        FactsDraft draft = new FactsDraft(was);
        change.accept(draft);
        return new Facts(
                draft.hostId,
                draft.acked,
                draft.nacked,
                draft.defined,
                draft.active,
                draft.line,
                draft.run,
                draft.live,
                draft.entries,
                draft.deliveries,
                draft.request,
                draft.refusal,
                draft.purged,
                null,
                null,
                draft.stopHeld,
                null,
                null);
    }
}
