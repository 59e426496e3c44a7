package io.tpmkeeper.testbed;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Helm as a person runs it, with nothing of this machine's own Helm in it. */
public final class Helm {
    private final String binary = Enclosure.required().kubernetes("helm");
    private final Path home = Enclosure.required().newDirectory("helm");
    private final @Nullable Path kubeconfig;

    private Helm(@Nullable Path kubeconfig) {
        this.kubeconfig = kubeconfig;
    }

    /** For what needs no cluster: lint, template. */
    public static Helm alone() {
        return new Helm(null);
    }

    /** As the cluster's administrator. */
    public static Helm on(ControlPlane controlPlane) {
        return new Helm(controlPlane.kubeconfig());
    }

    public Result run(String... arguments) {
        ProcessBuilder command = new ProcessBuilder(
                Stream.concat(Stream.of(binary), Stream.of(arguments)).toList());
        Map<String, String> environment = command.environment();
        for (String part : new String[] {"CACHE", "CONFIG", "DATA"}) {
            environment.put("HELM_" + part + "_HOME", home.resolve(part).toString());
        }
        if (kubeconfig != null) {
            environment.put("KUBECONFIG", kubeconfig.toString());
        }
        return Result.of(command);
    }
}
