package io.tpmkeeper.testbed.junit;

import io.tpmkeeper.testbed.Cluster;
import io.tpmkeeper.testbed.ControlPlane;
import io.tpmkeeper.testbed.LibvirtHost;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Resolves the parameters that {@link OnTheGround} documents. JUnit's stores close what they hold, in reverse order. */
final class GroundExtension implements ParameterResolver {
    private static final Namespace PARTS = Namespace.create(GroundExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ControlPlane.class || type == LibvirtHost.class || type == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() == LibvirtHost.class) {
            String name = hostName(parameter.getParameter().getName());
            boolean modular = context.getRequiredTestClass().isAnnotationPresent(Modular.class);
            return context.getStore(PARTS)
                    .computeIfAbsent(
                            name, n -> modular ? LibvirtHost.startModular(n) : LibvirtHost.start(n), LibvirtHost.class);
        }
        boolean own = parameter.isAnnotated(Own.class);
        Store store = own ? context.getStore(PARTS) : context.getRoot().getStore(PARTS);
        String owned = own ? "own " : "";
        return parameter.getParameter().getType() == Cluster.class
                ? store.computeIfAbsent(owned + "cluster", _ -> Cluster.start(), Cluster.class)
                : store.computeIfAbsent(owned + "control plane", _ -> ControlPlane.start(), ControlPlane.class);
    }

    /** hostA is host-a. */
    private static String hostName(String parameterName) {
        return parameterName.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
