package io.tpmkeeper.protocol;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tpmkeeper.protocol.operator.Retention;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;

/** The protocol decides and does nothing else: the same world gives the same verdict, wherever and whenever it is asked. */
@AnalyzeClasses(packages = "io.tpmkeeper.protocol", importOptions = ImportOption.DoNotIncludeTests.class)
class PurityTest {
    @ArchTest
    static final ArchRule NO_INPUT_OR_OUTPUT = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
                    .and(not(type(java.io.Serializable.class)))
                    .and(not(type(java.io.UncheckedIOException.class))))
            .because("edges observe and act; what decides is told");

    @ArchTest
    static final ArchRule NO_CLOCK = noClasses()
            .should()
            .callMethodWhere(target(name("now")).and(target(owner(resideInAPackage("java.time..")))))
            .orShould()
            .dependOnClassesThat(type(Clock.class))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .because("the time comes in with the world");

    @ArchTest
    static final ArchRule NO_TIMES = noClasses()
            .that()
            .areNotAssignableTo(Retention.class)
            .should()
            .dependOnClassesThat(resideInAPackage("java.time.."))
            .because("only retention knows days and weeks; versions are ordered by epoch and number, never by time");

    @ArchTest
    static final ArchRule NO_CHANCE = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("java.util.random..")
                    .or(type(Random.class))
                    .or(type(java.security.SecureRandom.class))
                    .or(type(java.util.concurrent.ThreadLocalRandom.class)))
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .because("random ids come in with the world");

    @ArchTest
    static final ArchRule NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat(type(Thread.class).or(resideInAPackage("java.util.concurrent..")))
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Executor.class)
            .because("a decision is one thought");

    @ArchTest
    static final ArchRule SIDES_APART = noClasses()
            .that()
            .resideInAPackage("..protocol.operator..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("..protocol.host..", "..protocol.hook..", "..protocol.hostfile.."))
            .because("operator and host share values, not decisions");

    @ArchTest
    static final ArchRule HOST_WITHOUT_OPERATOR = noClasses()
            .that()
            .resideInAnyPackage("..protocol.host..", "..protocol.hook..", "..protocol.hostfile..")
            .should()
            .dependOnClassesThat(resideInAPackage("..protocol.operator.."));

    @ArchTest
    static final ArchRule AGENT_AND_HOOK_APART = noClasses()
            .that()
            .resideInAPackage("..protocol.host..")
            .should()
            .dependOnClassesThat(resideInAPackage("..protocol.hook.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule HOOK_AND_AGENT_APART = noClasses()
            .that()
            .resideInAPackage("..protocol.hook..")
            .should()
            .dependOnClassesThat(resideInAPackage("..protocol.host.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule VALUES_ALONE = noClasses()
            .that()
            .resideInAPackage("io.tpmkeeper.protocol")
            .should()
            .dependOnClassesThat(resideInAPackage("io.tpmkeeper.protocol.*.."));

    @ArchTest
    static final ArchRule NO_LIBRARY_BUT_ANNOTATIONS = noClasses()
            .should()
            .dependOnClassesThat(not(resideInAnyPackage(
                            "java..",
                            "io.tpmkeeper.protocol..",
                            "com.fasterxml.jackson.annotation..",
                            "org.jspecify.annotations.."))
                    .and(describe("are classes", c -> !c.isPrimitive() && !c.isArray())));
}
