package io.tpmkeeper.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.tpmkeeper", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule ONLY_THE_EDGE_KNOWS_LIBVIRT = noClasses()
            .that()
            .resideOutsideOfPackage("io.tpmkeeper.agent.libvirt")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.libvirt..");

    @ArchTest
    static final ArchRule ONLY_THE_MAIN_CLASS_CHOOSES_THE_KIND_OF_PLACE = noClasses()
            .that()
            .resideInAPackage("io.tpmkeeper.agent..")
            .and()
            .resideOutsideOfPackage("io.tpmkeeper.agent.libvirt")
            .and()
            .doNotHaveSimpleName("AgentMain")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.tpmkeeper.agent.libvirt");

    @ArchTest
    static final ArchRule ONLY_THE_EDGE_KNOWS_THE_CLIENT = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.tpmkeeper.agent.pass",
                    "io.tpmkeeper.agent.host",
                    "io.tpmkeeper.agent.install",
                    "io.tpmkeeper.agent.place")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8.kubernetes.client..");

    @ArchTest
    static final ArchRule NATIVE_CALLS_ARE_MADE_IN_TWO_PLACES = noClasses()
            .that()
            .resideOutsideOfPackages("io.tpmkeeper.agent.libvirt", "io.tpmkeeper.agent.host")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule THE_AGENT_NEVER_NEEDS_THE_OPERATOR = noClasses()
            .that()
            .resideInAPackage("io.tpmkeeper.agent..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.tpmkeeper.operator..", "io.tpmkeeper.protocol.operator..");

    @ArchTest
    static final ArchRule EDGES_DECIDE_NOTHING = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.tpmkeeper.agent.libvirt", "io.tpmkeeper.agent.cluster", "io.tpmkeeper.agent.install")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("io\\.tpmkeeper\\.protocol\\.host\\.(Obey|EndUnseen|Sweep|Purge|Upload)");
}
