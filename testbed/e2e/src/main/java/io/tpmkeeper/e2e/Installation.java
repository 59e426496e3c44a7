package io.tpmkeeper.e2e;

import io.tpmkeeper.testbed.LibvirtHost;

/** How operator and agents came to be there, and what a step may do to them. */
interface Installation extends AutoCloseable {
    /**
     * Everything that an administrator installs; operator and agents are started.
     *
     * @param wait seconds that a start waits for an answer before it is refused
     */
    void install(int wait);

    void startOperator();

    /** Returns when nothing of it runs any more. */
    void stopOperator();

    /** @param wait as in {@link #install(int)}; of this host at least */
    void startAgent(LibvirtHost host, int wait);

    /** Returns when nothing of it runs any more. */
    void stopAgent(LibvirtHost host);

    /** Waits until operator and agents have ended by themselves, and are started again as a kubelet does. */
    void awaitRestart();

    /** Power loss: all that runs on the host goes at once, and the cluster sees the node NotReady, sooner or later. */
    void powerOff(LibvirtHost host);

    /** Boots the host on the disk that it has; its Node is Ready again. Its agent is started by {@link #startAgent}. */
    void powerOn(LibvirtHost host);

    /** Ends what runs; what it was installed on is taken away by others. */
    @Override
    void close();
}
