package io.tpmkeeper.e2e;

/**
 * A class under which only the ends of runs are saved: however slow the machine, a test knows which generations there are, and what a
 * power loss takes with it.
 */
final class EndsOnly {
    /** For a spec, where it is not the default. */
    static final String NAMED = "className: ends-only";

    private EndsOnly() {}

    /** For every VmTpmState that names none; where the chart has made no default class. */
    static Deployment in(Deployment deployment) {
        return with(deployment, "{tpmkeeper.io/is-default-class: \"true\"}");
    }

    /** For those that name it. */
    static Deployment besideTheDefault(Deployment deployment) {
        return with(deployment, "{}");
    }

    private static Deployment with(Deployment deployment, String annotations) {
        deployment.applyYaml("""
                        apiVersion: tpmkeeper.io/v1alpha1
                        kind: VmTpmClass
                        metadata:
                          name: ends-only
                          annotations: %s
                        spec:
                          liveCapture: {enabled: false}
                        """.formatted(annotations)).orThrow();
        return deployment;
    }
}
