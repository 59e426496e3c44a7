package io.tpmkeeper.api;

import io.tpmkeeper.testbed.ControlPlane;

/** Installs the CRDs as a person does: with kubectl, from the directory. */
final class Installed {
    private Installed() {}

    static void on(ControlPlane controlPlane) {
        controlPlane.kubectl("apply", "-f", ".").orThrow();
        controlPlane
                .kubectl("wait", "--for=condition=Established", "--timeout=30s", "--recursive=false", "-f", ".")
                .orThrow();
    }
}
