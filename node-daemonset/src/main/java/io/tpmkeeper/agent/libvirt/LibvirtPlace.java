package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.agent.place.Trouble;
import io.tpmkeeper.protocol.host.Activity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainInfo;
import org.libvirt.Error;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's libvirt by libvirt-java. Connects when it is first needed, and again after a failure. */
public final class LibvirtPlace implements DomainPlace {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtPlace.class);

    private final Endpoints endpoints;
    private final Traces traces;
    private final LibvirtConnection connection;
    private final DomainXml xml;
    private final TimedCalls calls = new TimedCalls(Duration.ofSeconds(10));
    private final LibvirtDaemon daemon = new LibvirtDaemon(Path.of("/proc"));

    /**
     * @param uri {@code qemu:///system} for whichever of libvirt's daemons is there
     * @param changed called when libvirt tells of anything: a hint, no more
     */
    public LibvirtPlace(String uri, LibvirtPaths paths, Runnable changed) throws PlaceException {
        this.endpoints = new Endpoints(uri, paths.run());
        this.traces = new Traces(paths, daemon);
        this.connection = new LibvirtConnection(endpoints, changed);
        this.xml = new DomainXml(paths.swtpm(), paths.nvram());
        try {
            new EventLoop().start();
        } catch (LibvirtException e) {
            throw new PlaceException("libvirt's event loop does not start", e);
        }
    }

    @Override
    public List<PlacedDomain> domains() throws PlaceException {
        if (endpoints.present().isEmpty() && traces.none()) {
            return List.of();
        }
        try {
            return listed();
        } catch (PlaceException e) {
            if (e.trouble().kind() == Trouble.Kind.NO_DRIVER && traces.noneOfDomains()) {
                return List.of();
            }
            throw e;
        }
    }

    @Override
    public Optional<Trouble> trouble() throws PlaceException {
        if (endpoints.present().isEmpty() && traces.none()) {
            return Optional.of(new Trouble(
                    Trouble.Kind.MISSING,
                    "There is no libvirt here: no socket %s, and nothing of a domain. If virtual machines are to run here, install libvirt %s or newer and QEMU, and start libvirt; if not, keep the agent off this node by agent.nodeSelector."
                            .formatted(endpoints.where(), Suitability.shown(Suitability.LEAST))));
        }
        try {
            return connected(
                    "capabilities",
                    connect -> Suitability.judge(
                            connect.getLibVersion(), connect.getCapabilities(), Probe.architecture()));
        } catch (PlaceException e) {
            if (e.trouble().kind() == Trouble.Kind.NO_DRIVER) {
                return Optional.of(e.trouble());
            }
            throw e;
        }
    }

    private List<PlacedDomain> listed() throws PlaceException {
        return connected("list", connect -> {
            List<PlacedDomain> all = new ArrayList<>();
            Domain[] domains = connect.listAllDomains(0);
            try {
                for (Domain domain : domains) {
                    describe(domain, all);
                }
            } finally {
                for (Domain domain : domains) {
                    domain.free();
                }
            }
            return List.copyOf(all);
        });
    }

    private void describe(Domain domain, List<PlacedDomain> all) throws LibvirtException {
        try {
            PlacedDomain placed = xml.read(domain.getXMLDesc(0), Activity.INACTIVE);
            all.add(placed.with(domain.isActive() == 1 ? Activity.ACTIVE : Activity.INACTIVE));
        } catch (LibvirtException e) {
            if (e.getError().getCode() != Error.ErrorNumber.VIR_ERR_NO_DOMAIN) {
                throw e;
            }
        } catch (PlaceException e) {
            LOG.atWarn().addKeyValue("cause", e.getMessage()).log("a domain cannot be described");
        }
    }

    @Override
    public Activity activity(String uuid, boolean receiving) throws PlaceException {
        return connected("activity", connect -> {
            Domain domain;
            try {
                domain = connect.domainLookupByUUIDString(uuid);
            } catch (LibvirtException e) {
                if (e.getError().getCode() == Error.ErrorNumber.VIR_ERR_NO_DOMAIN) {
                    return Activity.INACTIVE;
                }
                throw e;
            }
            try {
                if (domain.isActive() != 1) {
                    return Activity.INACTIVE;
                }
                return receiving && isBeingReceived(domain) ? Activity.RECEIVING : Activity.ACTIVE;
            } finally {
                domain.free();
            }
        });
    }

    /** It is paused, and has a job: asked for its figures, libvirt says that only the source has them. */
    private static boolean isBeingReceived(Domain domain) throws LibvirtException {
        if (domain.getInfo().state != DomainInfo.DomainState.VIR_DOMAIN_PAUSED) {
            return false;
        }
        try {
            return domain.getJobInfo().getType() != 0;
        } catch (LibvirtException e) {
            return true;
        }
    }

    @Override
    public PlacedDomain describe(String text) throws PlaceException {
        return xml.read(text, Activity.INACTIVE);
    }

    @Override
    public String probe() throws PlaceException {
        return connected("probe", connect -> {
            try {
                // Paused, and gone with our connection: if nobody refuses it, it never runs.
                Domain started = connect.domainCreateXML(
                        Probe.xml(), Domain.CreateFlags.PAUSED | Domain.CreateFlags.AUTODESTROY);
                try {
                    started.destroy();
                } finally {
                    started.free();
                }
                return "";
            } catch (LibvirtException e) {
                return String.valueOf(e.getMessage());
            }
        });
    }

    @Override
    public void rereadHooks() throws PlaceException {
        daemon.rereadHooks(connection.hookCallers());
    }

    private interface Use<T> {
        T with(Connect connect) throws LibvirtException, PlaceException;
    }

    private <T> T connected(String what, Use<T> use) throws PlaceException {
        return calls.call(what, () -> {
            Connect connect = connection.open();
            try {
                return use.with(connect);
            } catch (LibvirtException e) {
                connection.forgetIfDead(connect);
                throw e;
            }
        });
    }

    @Override
    public void close() {
        connection.close();
    }
}
