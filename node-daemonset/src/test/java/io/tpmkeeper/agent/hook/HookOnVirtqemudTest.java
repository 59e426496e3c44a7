package io.tpmkeeper.agent.hook;

import io.tpmkeeper.testbed.junit.Modular;

/** The hook keeps under virtqemud what it keeps under libvirtd. */
@Modular
class HookOnVirtqemudTest extends HookOnLibvirtTest {}
