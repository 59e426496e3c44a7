package io.tpmkeeper.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tpmkeeper.api.VmTpmStateStatus;
import java.util.List;

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

    /** Consents to the one option about this node, {@code any} for none, that says this. */
    void accept(String node, String saying) {
        accept(option(node, saying));
    }

    private VmTpmStateStatus.Option option(String node, String saying) {
        List<VmTpmStateStatus.Option> meant = asked.options().stream()
                .filter(option ->
                        option.of().startsWith(node + "/") && option.message().contains(saying))
                .toList();
        assertThat(meant)
                .as("of %s, options about %s that say '%s'", asked, node, saying)
                .hasSize(1);
        return meant.getFirst();
    }

    private void accept(VmTpmStateStatus.Option option) {
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
