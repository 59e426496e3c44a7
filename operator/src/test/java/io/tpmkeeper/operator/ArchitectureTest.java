package io.tpmkeeper.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the packages say of themselves. */
@AnalyzeClasses(packages = "io.tpmkeeper.operator", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule THE_OPERATOR_NEVER_NEEDS_THE_AGENT = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tpmkeeper.agent..",
                    "io.tpmkeeper.protocol.host..",
                    "io.tpmkeeper.protocol.hook..",
                    "io.tpmkeeper.protocol.hostfile..",
                    "org.libvirt..",
                    "com.sun.jna..");

    @ArchTest
    static final ArchRule PACKAGES_NEED_EACH_OTHER_ONE_WAY_ONLY =
            slices().matching("io.tpmkeeper.operator.(*)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NOTHING_NEEDS_THE_MAIN_CLASS = noClasses()
            .that()
            .resideInAPackage("io.tpmkeeper.operator.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.tpmkeeper.operator");

    @ArchTest
    static final ArchRule THE_RECONCILERS_ALONE_KNOW_THE_FRAMEWORK = noClasses()
            .that()
            .resideInAnyPackage("..operator.event", "..operator.generation", "..operator.node")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.javaoperatorsdk..");

    @ArchTest
    static final ArchRule CONTENT_IS_OPENED_IN_ONE_PLACE = noClasses()
            .that()
            .resideOutsideOfPackage("..operator.generation")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.tpmkeeper.bundle..");

    @ArchTest
    static final ArchRule SECRETS_EVENTS_AND_NODES_NEED_NOTHING_ELSE_OF_THE_OPERATOR = noClasses()
            .that()
            .resideInAnyPackage("..operator.event", "..operator.generation", "..operator.node")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..operator.record", "..operator.state", "io.tpmkeeper.operator");

    @ArchTest
    static final ArchRule SECRETS_KNOW_NO_NODES = noClasses()
            .that()
            .resideInAPackage("..operator.generation")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..operator.event", "..operator.node");

    @ArchTest
    static final ArchRule EVENTS_AND_NODES_KNOW_NO_SECRETS = noClasses()
            .that()
            .resideInAnyPackage("..operator.event", "..operator.node")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..operator.generation");
}
