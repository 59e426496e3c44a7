package io.tpmkeeper.agent.pass;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.hostfile.DomainPaths;
import io.tpmkeeper.protocol.hostfile.UnreadableException;
import io.tpmkeeper.protocol.hostfile.WaitingStart;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The domains that libvirt has on this node, as it said last, and where the files of each are. */
final class Inventory {
    private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

    private final Host host;
    private final PlaceAccess place;
    private Map<String, PlacedDomain> domains = Map.of();
    private boolean known;

    Inventory(Host host, PlaceAccess place) {
        this.host = host;
        this.place = place;
    }

    /** By their UUID. */
    Map<String, PlacedDomain> domains() {
        return domains;
    }

    /** Whether libvirt was ever asked and answered. */
    boolean isKnown() {
        return known;
    }

    /**
     * Asks libvirt, after the host files were read; writes down where the domains' files are.
     *
     * @param besides domains that belong to it though they have no TPM any more
     * @return whether libvirt answered
     */
    boolean take(Set<String> besides) throws IOException {
        Optional<List<?>> answer = place.ask(List.class, DomainPlace::domains).map(l -> (List<?>) l);
        if (answer.isEmpty()) {
            return false;
        }
        Map<String, PlacedDomain> all = new TreeMap<>();
        for (Object each : answer.get()) {
            PlacedDomain domain = (PlacedDomain) each;
            if (domain.hasTpm() || domain.refused() != null || besides.contains(domain.uuid())) {
                all.put(domain.uuid(), domain);
                host.files().put(domain.uuid(), domain.paths());
            }
        }
        domains = all;
        known = true;
        return true;
    }

    /** A domain that libvirt is starting for the first time comes by the hook. */
    void learnFrom(Map<String, WaitingStart> requests) throws IOException {
        for (Map.Entry<String, WaitingStart> request : requests.entrySet()) {
            if (request.getValue().xml().isBlank()) {
                continue;
            }
            PlacedDomain described;
            try {
                described = place.describe(request.getValue().xml());
            } catch (PlaceException e) {
                LOG.atWarn()
                        .addKeyValue("domain", request.getKey())
                        .addKeyValue("cause", e.getMessage())
                        .log("what the hook handed over cannot be read");
                continue;
            }
            if (!described.uuid().equals(request.getKey())) {
                continue;
            }
            host.files().put(described.uuid(), described.paths());
            if (!domains.containsKey(described.uuid())) {
                Map<String, PlacedDomain> all = new TreeMap<>(domains);
                all.put(described.uuid(), described);
                domains = all;
            }
            if (request.getValue().waitSeconds() == 0) {
                host.files().delete("request", described.uuid());
            }
        }
    }

    /** Where the files of a domain are need not be known when nothing else of it is here. */
    void forgetStrangers(Set<String> here) throws IOException {
        for (String uuid : host.files().domainsWith("domain")) {
            if (known && !here.contains(uuid)) {
                host.files().delete("domain", uuid);
            }
        }
    }

    /** Null: not known before libvirt is asked. */
    @Nullable
    DomainPaths paths(String uuid) throws IOException {
        try {
            return host.files().domain(uuid).orElse(null);
        } catch (UnreadableException e) {
            LOG.atWarn()
                    .addKeyValue("domain", uuid)
                    .addKeyValue("cause", e.getMessage())
                    .log("where its files are is not known until libvirt is asked");
            return null;
        }
    }
}
