package io.tpmkeeper.simulation.host;

import io.tpmkeeper.protocol.host.Activity;

/** What libvirt said of the domain when the agent asked it last. @param defined whether it knows the domain */
record Inventory(boolean defined, Activity activity) {}
