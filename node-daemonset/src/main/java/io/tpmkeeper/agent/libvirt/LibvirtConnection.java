package io.tpmkeeper.agent.libvirt;

import io.tpmkeeper.agent.place.PlaceException;
import io.tpmkeeper.agent.place.Trouble;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Error;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one connection: opened when it is first needed, to the first daemon that answers, and again after a failure. */
final class LibvirtConnection {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);
    private static final int KEEPALIVE_SECONDS = 5;
    private static final int KEEPALIVE_MISSED = 5;

    private final Endpoints endpoints;
    private final Runnable changed;
    private final Object connecting = new Object();
    private @Nullable Open connection;

    private record Open(Connect connect, Endpoints.Endpoint endpoint) {}

    /** @param changed called when libvirt tells of anything: a hint, no more */
    LibvirtConnection(Endpoints endpoints, Runnable changed) {
        this.endpoints = endpoints;
        this.changed = changed;
    }

    /** Names of the processes that call hooks, the likeliest first. */
    List<String> hookCallers() {
        synchronized (connecting) {
            return connection == null
                    ? LibvirtDaemon.ALL
                    : connection.endpoint().hookCallers();
        }
    }

    void forgetIfDead(Connect connect) {
        if (!isAlive(connect)) {
            forget(connect);
        }
    }

    Connect open() throws PlaceException {
        synchronized (connecting) {
            Open open = connection;
            if (open != null && isAlive(open.connect())) {
                return open.connect();
            }
            if (open != null) {
                forget(open.connect());
            }
            List<Endpoints.Endpoint> present = endpoints.present();
            if (present.isEmpty()) {
                throw new PlaceException(
                        "libvirt does not run: there is no socket %s. Start libvirtd or virtqemud; running virtual machines are not touched by that."
                                .formatted(endpoints.where()));
            }
            List<PlaceException> refused = new ArrayList<>();
            for (Endpoints.Endpoint each : present) {
                try {
                    Connect made = open(each);
                    connection = new Open(made, each);
                    LOG.atInfo().addKeyValue("uri", each.uri()).log("connected to libvirt");
                    return made;
                } catch (LibvirtException e) {
                    refused.add(refusal(each, e));
                }
            }
            throw refused.getFirst();
        }
    }

    private Connect open(Endpoints.Endpoint endpoint) throws LibvirtException {
        Connect made = new Connect(endpoint.uri());
        made.setKeepAlive(KEEPALIVE_SECONDS, KEEPALIVE_MISSED);
        made.addLifecycleListener((domain, event) -> {
            changed.run();
            return 0;
        });
        return made;
    }

    private static PlaceException refusal(Endpoints.Endpoint endpoint, LibvirtException e) {
        if (e.getError().getCode() == Error.ErrorNumber.VIR_ERR_NO_CONNECT) {
            return new PlaceException(new Trouble(
                    Trouble.Kind.NO_DRIVER,
                    "libvirt answers and has no driver for QEMU (%s). Install it (libvirt-daemon-driver-qemu) with QEMU and restart libvirt; or keep the agent off this node by agent.nodeSelector."
                            .formatted(e.getMessage())));
        }
        return new PlaceException(
                "libvirt does not answer at %s: %s. Look after libvirtd or virtqemud on the node; running virtual machines go on, and the hook works without the agent."
                        .formatted(endpoint.uri(), e.getMessage()),
                e);
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
            if (connection != null && dead.equals(connection.connect())) {
                connection = null;
            }
        }
        try {
            dead.close();
        } catch (LibvirtException e) {
            LOG.debug("a dead connection did not close");
        }
    }

    void close() {
        synchronized (connecting) {
            if (connection != null) {
                forget(connection.connect());
            }
        }
    }
}
