package io.tpmkeeper.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds loopback ports that nobody listens on. */
final class FreePorts {
    // Below Linux' ephemeral range (32768 and up): an outgoing connection never takes a port between our look and the
    // bind.
    private static final int FIRST = 20_000;
    private static final int AFTER_LAST = 32_000;

    private FreePorts() {}

    static int next() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
    }
}
