package io.tpmkeeper.e2e;

/**
 * A default class under which only the ends of runs are saved: however slow the machine, a test knows which generations there are,
 * and what a power loss takes with it.
 */
final class EndsOnly {
    private EndsOnly() {}

    static Deployment in(Deployment deployment) {
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata:
                          name: ends-only
                          annotations: {tpmkeeper.io/is-default-class: "true"}
                        spec:
                          liveCapture: {enabled: false}
                        """).orThrow();
        return deployment;
    }
}
