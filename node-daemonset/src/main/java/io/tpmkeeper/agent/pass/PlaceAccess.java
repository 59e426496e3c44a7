package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.agent.place.Trouble;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the place only while no start waits for this agent, and lets go of a question as soon as one does: libvirt answers nobody
 * while the hook has it, and the hook waits for us.
 */
public final class PlaceAccess {
    private static final Logger LOG = LoggerFactory.getLogger(PlaceAccess.class);

    private final DomainPlace place;
    private final BooleanSupplier startWaits;
    private volatile CompletableFuture<Object> letGo = new CompletableFuture<>();
    private volatile @Nullable Trouble failure;

    /** @param startWaits looked up in the host directory */
    public PlaceAccess(DomainPlace place, BooleanSupplier startWaits) {
        this.place = place;
        this.startWaits = startWaits;
    }

    /** A question to the place. */
    public interface Question<T> {
        T ask(DomainPlace place) throws PlaceException;
    }

    private record Answered(Object value) {}

    /** To be called when the host directory changed. */
    public void hostChanged() {
        if (startWaits.getAsBoolean()) {
            letGo.complete("a start waits");
        }
    }

    /** What a domain's XML says; asks nobody. */
    public PlacedDomain describe(String xml) throws PlaceException {
        return place.describe(xml);
    }

    /** What was wrong with the last answer; null: nothing. */
    public @Nullable Trouble failure() {
        return failure;
    }

    /** Empty: a start waits, or the place does not answer. */
    public <T> Optional<T> ask(Class<T> type, Question<T> question) {
        letGo = new CompletableFuture<>();
        if (startWaits.getAsBoolean()) {
            return Optional.empty();
        }
        CompletableFuture<Object> answer = new CompletableFuture<>();
        Thread.ofVirtual().name("place").start(() -> {
            try {
                answer.complete(new Answered(question.ask(place)));
            } catch (PlaceException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            Object first = CompletableFuture.anyOf(answer, letGo).get();
            if (first instanceof Answered(Object value)) {
                failure = null;
                return Optional.of(type.cast(value));
            }
            LOG.atInfo().log("libvirt is not waited for: a start waits for the agent");
        } catch (ExecutionException e) {
            Trouble trouble = e.getCause() instanceof PlaceException said
                    ? said.trouble()
                    : new Trouble(Trouble.Kind.UNREACHABLE, String.valueOf(e.getCause()));
            if (!trouble.equals(failure)) {
                LOG.atWarn().addKeyValue("cause", trouble.message()).log("the place does not answer");
            }
            failure = trouble;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }
}
