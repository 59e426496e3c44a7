package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.protocol.host.Activity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A place in memory: says nothing of how libvirt behaves. */
final class FakePlace implements DomainPlace {
    final List<PlacedDomain> domains = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    /** Called when the domains are asked for. */
    Runnable whenAsked = () -> {};

    volatile boolean blocked;
    volatile @Nullable Trouble unreachable;
    volatile @Nullable Trouble trouble;
    volatile CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    private void call(String what) {
        calls.add(what);
        asked.countDown();
        if (blocked) {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public List<PlacedDomain> domains() throws PlaceException {
        call("domains");
        whenAsked.run();
        if (unreachable != null) {
            throw new PlaceException(unreachable);
        }
        return List.copyOf(domains);
    }

    @Override
    public Activity activity(String uuid, boolean receiving) {
        call("activity");
        return domains.stream()
                .filter(d -> d.uuid().equals(uuid))
                .findFirst()
                .map(PlacedDomain::activity)
                .orElse(Activity.INACTIVE);
    }

    @Override
    public PlacedDomain describe(String xml) {
        return domains.getFirst();
    }

    @Override
    public Optional<Trouble> trouble() throws PlaceException {
        if (unreachable != null) {
            throw new PlaceException(unreachable);
        }
        return Optional.ofNullable(trouble);
    }

    @Override
    public String probe() {
        call("probe");
        return "tpm-keeper hook 0.1.0 is live";
    }

    @Override
    public void rereadHooks() {
        call("reread");
    }

    @Override
    public void close() {}
}
