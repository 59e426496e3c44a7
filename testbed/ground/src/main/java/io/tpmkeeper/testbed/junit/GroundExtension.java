package io.tpmkeeper.testbed.junit;

import io.tpmkeeper.testbed.ControlPlane;
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
        return parameter.getParameter().getType() == ControlPlane.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Store store = parameter.isAnnotated(Own.class)
                ? context.getStore(PARTS)
                : context.getRoot().getStore(PARTS);
        String key = parameter.isAnnotated(Own.class) ? "own control plane" : "control plane";
        return store.computeIfAbsent(key, _ -> ControlPlane.start(), ControlPlane.class);
    }
}
