package io.tpmkeeper.testbed.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Lets a test class ask for parts of the ground as parameters of its constructor, {@code @BeforeAll}, {@code @BeforeEach} or
 * tests:
 *
 * <ul>
 *   <li>{@code ControlPlane}: one for the whole JVM, started by the first test that asks and stopped at its end. Tests share
 *       it, so they use names of their own, and put back what they change.
 *   <li>{@code @Own ControlPlane}: one of its own, for a test that stops it or needs it empty.
 *   <li>{@code LibvirtHost hostA}: a fresh host called host-a, by the parameter's name. It goes when the test, or the class if
 *       that asked first, ends; until then the same name is the same host.
 *   <li>{@code Cluster}: a control plane with two real nodes, host-a and host-b. One for the whole JVM, and {@code @Own Cluster},
 *       as with control planes.
 * </ul>
 *
 * <p>Such tests carry {@code @Tag("api")}, {@code "host"}, {@code "e2e"} or {@code "cluster"} and run through {@code make test-api} and so on.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(GroundExtension.class)
public @interface OnTheGround {}
