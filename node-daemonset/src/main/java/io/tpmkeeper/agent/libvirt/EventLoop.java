package io.tpmkeeper.agent.libvirt;

import com.sun.jna.Pointer;
import org.libvirt.Connect;
import org.libvirt.ErrorCallback;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.virError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** libvirt's event loop: one for the process, begun before the first connection, and begun again when it throws. */
final class EventLoop {
    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    /** libvirt would write errors to stderr otherwise; every one of them is also thrown. */
    private final ErrorCallback quiet = new ErrorCallback() {
        @Override
        public void errorCallback(Pointer userData, virError error) {
            LOG.debug("libvirt reported an error, which is also thrown");
        }
    };

    void start() throws LibvirtException {
        Connect.setErrorCallback(quiet);
        Library.initEventLoop();
        Thread.ofPlatform().name("libvirt-events").daemon().start(this::run);
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Library.runEventLoop();
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (LibvirtException e) {
                LOG.atWarn().addKeyValue("cause", e.getMessage()).log("libvirt's event loop begins again");
            }
        }
    }
}
