package io.tpmkeeper.e2e;

import io.tpmkeeper.api.ConditionType;
import io.tpmkeeper.api.HostState;
import io.tpmkeeper.api.Reason;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.LibvirtHost;

/** A VM that ran on host-a, with a first generation; other hosts know no more of it than that it is protected. */
record SavedVm(ProtectedGuest guest, OwnedState state) {
    /** @param spec further lines of the VmTpmState's spec */
    static SavedVm on(Deployment deployment, String namespace, String name, Narrator narrator, String... spec) {
        SavedVm vm = running(deployment, namespace, name, narrator, spec);
        vm.guest().powerOff();
        vm.state().awaitSavedAfter(0);
        return vm;
    }

    /** The same in its first run, with nothing saved yet. */
    static SavedVm running(Deployment deployment, String namespace, String name, Narrator narrator, String... spec) {
        SavedVm vm = planned(deployment, namespace, name, narrator);
        vm.runsOn(deployment.hostA(), spec);
        return vm;
    }

    /** One that is neither defined nor protected yet. */
    static SavedVm planned(Deployment deployment, String namespace, String name, Narrator narrator) {
        GuestDefinition definition = GuestDefinition.named(name).ownedBy(namespace);
        ProtectedGuest guest = ProtectedGuest.planned(definition, name + "-secret", narrator);
        return new SavedVm(guest, new OwnedState(deployment, namespace, name, guest.uuid()));
    }

    /** Its first run, protected. */
    void runsOn(LibvirtHost host, String... spec) {
        guest.defineOn(host);
        state.apply(spec);
        state.await(ConditionType.BOUND, true, Reason.BOUND);
        guest.bootAtLast();
        guest.write();
        state.await(HostState.RUNNING, host.name());
    }

    String uuid() {
        return guest.uuid();
    }
}
