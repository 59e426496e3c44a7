package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.testbed.Guest;
import io.tpmkeeper.testbed.GuestDefinition;
import io.tpmkeeper.testbed.GuestMemory;
import io.tpmkeeper.testbed.LibvirtHost;

/**
 * That the proof proves something: an unprotected VM, given one half of a saved state by kubectl and standard tools, knows only
 * that half.
 */
final class Controls {
    private final Deployment deployment;
    private final Narrator narrator;
    private final String namespace;
    private final String secretName;
    private final String secret;

    Controls(Deployment deployment, Narrator narrator, String namespace, String secretName, String secret) {
        this.deployment = deployment;
        this.narrator = narrator;
        this.namespace = namespace;
        this.secretName = secretName;
        this.secret = secret;
    }

    void blankTpm(LibvirtHost host) {
        Guest control = Guest.define(host, GuestDefinition.named("blank-tpm"));
        String nvram = control.definition().nvramPath();
        unpack(host, "nvram", "mkdir -p ${0%/*} && tar -xO vars >$0", nvram);
        GuestMemory memory = bootReadEnd(control);
        assertThat(memory.variable()).as("%s", memory.said()).contains(secret);
        assertThat(memory.secret()).as("a blank TPM must not unseal").isEmpty();
        assertThat(memory.counter()).as("a blank TPM has no counter").isEmpty();
    }

    void blankNvram(LibvirtHost host) {
        Guest control = Guest.define(host, GuestDefinition.named("blank-nvram"));
        String tpm = control.definition().tpmPath();
        unpack(host, "tpm", "mkdir -p $0 && tar -x -C $0 && chown -R tss:root $0", tpm);
        GuestMemory memory = bootReadEnd(control);
        assertThat(memory.variable()).as("a blank NVRAM has no variable").isEmpty();
        assertThat(memory.secret()).as("%s", memory.said()).contains(secret);
        assertThat(memory.counter()).as("%s", memory.said()).isPresent();
    }

    private void unpack(LibvirtHost host, String kind, String unpack, String where) {
        String script =
                "kubectl -n %s get secret %s -o jsonpath='{.data.%s\\.tar\\.zst}' | base64 -d | zstd -dq | { %s; }"
                        .formatted(
                                namespace,
                                secretName,
                                kind,
                                unpack.replace("$0", where).replace("${0%/*}", parent(where)));
        narrator.command(script);
        deployment.shell(host, script).orThrow();
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private GuestMemory bootReadEnd(Guest control) {
        control.start();
        control.waitUntilUp();
        GuestMemory memory = control.read();
        narrator.said("the guest " + control.name(), memory.said());
        control.host().virsh("destroy", control.name()).orThrow();
        control.undefine().orThrow();
        control.close();
        return memory;
    }
}
