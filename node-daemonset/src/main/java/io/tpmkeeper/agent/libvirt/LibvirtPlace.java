package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.DomainPlace;
import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.PlacedDomain;
import io.tpmkeeper.protocol.host.Activity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
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
    private static final int KEEPALIVE_SECONDS = 5;
    private static final int KEEPALIVE_MISSED = 5;

    private final String uri;
    private final Runnable changed;
    private final DomainXml xml;
    private final TimedCalls calls = new TimedCalls(Duration.ofSeconds(10));
    private final LibvirtDaemon daemon = new LibvirtDaemon(Path.of("/proc"));
    private final Object connecting = new Object();
    private @Nullable Connect connection;

    /** @param changed called when libvirt tells of anything: a hint, no more */
    public LibvirtPlace(String uri, Path libvirtState, Runnable changed) throws PlaceException {
        this.uri = uri;
        this.changed = changed;
        this.xml = new DomainXml(libvirtState.resolve("swtpm"), libvirtState.resolve("qemu/nvram"));
        try {
            new EventLoop().start();
        } catch (LibvirtException e) {
            throw new PlaceException("libvirt's event loop does not start", e);
        }
    }

    @Override
    public List<PlacedDomain> domains() throws PlaceException {
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
            String name = "tpm-keeper-probe-" + UUID.randomUUID().toString().substring(0, 8);
            boolean arm = System.getProperty("os.arch", "").equals("aarch64");
            String probe = """
                    <domain type='qemu'>
                      <name>%s</name>
                      <memory unit='MiB'>16</memory>
                      <os><type arch='%s'%s>hvm</type></os>
                    </domain>
                    """.formatted(name, arm ? "aarch64" : "x86_64", arm ? " machine='virt'" : "");
            try {
                // Paused, and gone with our connection: if nobody refuses it, it never runs.
                Domain started =
                        connect.domainCreateXML(probe, Domain.CreateFlags.PAUSED | Domain.CreateFlags.AUTODESTROY);
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
        daemon.rereadHooks();
    }

    private interface Use<T> {
        T with(Connect connect) throws LibvirtException;
    }

    private <T> T connected(String what, Use<T> use) throws PlaceException {
        return calls.call(what, () -> {
            Connect connect = connection();
            try {
                return use.with(connect);
            } catch (LibvirtException e) {
                if (!isAlive(connect)) {
                    forget(connect);
                }
                throw e;
            }
        });
    }

    private Connect connection() throws LibvirtException {
        synchronized (connecting) {
            Connect open = connection;
            if (open != null && isAlive(open)) {
                return open;
            }
            if (open != null) {
                forget(open);
            }
            Connect made = new Connect(uri);
            made.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_MISSED);
            made.addLifecycleListener((domain, event) -> {
                changed.run();
                return 0;
            });
            connection = made;
            LOG.atInfo().addKeyValue("uri", uri).log("connected to libvirt");
            return made;
        }
    }

    private static boolean isAlive(Connect connect) {
        try {
            return connect.isAlive();
        } catch (LibvirtException e) {
            return false;
        }
    }

    private void forget(Connect dead) {
        synchronized (connecting) {
            if (dead.equals(connection)) {
                connection = null;
            }
        }
        try {
            dead.close();
        } catch (LibvirtException e) {
            LOG.debug("a dead connection did not close");
        }
    }

    @Override
    public void close() {
        synchronized (connecting) {
            if (connection != null) {
                forget(connection);
            }
        }
    }
}
