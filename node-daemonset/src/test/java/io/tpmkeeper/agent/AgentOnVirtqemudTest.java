package io.tpmkeeper.agent;

import io.tpmkeeper.testbed.junit.Modular;

/** All that holds beside libvirtd holds beside virtqemud: the agent finds its socket, and it is virtqemud that takes up the hook. */
@Modular
class AgentOnVirtqemudTest extends AgentOnHostTest {}
