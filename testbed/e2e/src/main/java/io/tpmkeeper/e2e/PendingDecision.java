package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.VmTpmStateStatus;

/** What a VmTpmState asks of a person, and how the person answers. */
final class PendingDecision {
    private final Deployment deployment;
    private final String namespace;
    private final String name;
    private final VmTpmStateStatus.PendingDecision asked;

    PendingDecision(Deployment deployment, String namespace, String name, VmTpmStateStatus.PendingDecision asked) {
        this.deployment = deployment;
        this.namespace = namespace;
        this.name = name;
        this.asked = asked;
    }

    String message() {
        return asked.message();
    }

    /** The one option whose name begins with this node, or {@code -} for none. */
    VmTpmStateStatus.Option option(String node) {
        assertThat(asked.options())
                .as("options of %s: %s", asked.reason(), asked.message())
                .filteredOn(option -> option.of().startsWith(node + "/"))
                .hasSize(1);
        return asked.options().stream()
                .filter(option -> option.of().startsWith(node + "/"))
                .findFirst()
                .orElseThrow();
    }

    /** Consents to one option. */
    void accept(VmTpmStateStatus.Option option) {
        deployment
                .controlPlane()
                .kubectl(
                        "-n",
                        namespace,
                        "patch",
                        "vmtpmstate",
                        name,
                        "--type",
                        "merge",
                        "-p",
                        "{\"spec\":{\"acceptLoss\":{\"reason\":\"%s\",\"of\":\"%s\"}}}"
                                .formatted(asked.reason(), option.of()))
                .orThrow();
    }
}
