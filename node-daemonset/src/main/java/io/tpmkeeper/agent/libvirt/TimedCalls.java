package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.libvirt.LibvirtException;

/** Native calls, each on a thread of its own, so that one that never returns costs a thread and not the agent. */
final class TimedCalls {
    private final Duration limit;

    TimedCalls(Duration limit) {
        this.limit = limit;
    }

    <T> T call(String what, Callable<T> call) throws PlaceException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofPlatform().name("libvirt-" + what).daemon().start(() -> {
            try {
                answer.complete(call.call());
            } catch (Exception | LinkageError e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new PlaceException("libvirt did not answer within " + limit.toSeconds() + " s: " + what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlaceException("interrupted: " + what, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PlaceException named) {
                throw named;
            }
            if (e.getCause() instanceof LibvirtException libvirt) {
                throw new PlaceException(what + ": " + libvirt.getMessage(), libvirt);
            }
            throw new PlaceException(what + ": " + e.getCause(), e);
        }
    }
}
