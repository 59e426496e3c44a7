package io.tpmkeeper.operator.record;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Calls to the API server that do not depend on each other: they wait at the same time, each on a virtual thread. */
public final class AtOnce {
    private final Executor executor;

    public AtOnce() {
        this(task -> Thread.ofVirtual().name("call").start(task));
    }

    /** @param executor makes the calls */
    AtOnce(Executor executor) {
        this.executor = executor;
    }

    /** Waits for the answer, and fails as the call did. */
    public interface Answer<T> {
        T get();
    }

    public <T> Answer<T> begin(Supplier<T> call) {
        CompletableFuture<T> called = CompletableFuture.supplyAsync(call, executor);
        return () -> {
            try {
                return called.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof KubernetesClientException failed) {
                    throw failed;
                }
                throw e;
            }
        };
    }
}
