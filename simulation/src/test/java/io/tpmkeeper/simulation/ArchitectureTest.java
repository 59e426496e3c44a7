package io.tpmkeeper.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** A simulation that could see the world outside, or decide by itself, would prove nothing. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.tpmkeeper.simulation");

    @Test
    void itDependsOnTheProtocolAlone() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.tpmkeeper.simulation..",
                        "io.tpmkeeper.protocol..",
                        "java.lang..",
                        "java.time..",
                        "java.util..",
                        "java.io",
                        "org.jspecify..",
                        "picocli")
                .check(ALL);
    }

    @Test
    void nothingInAWorldIsRandomButItsSchedule() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Schedule")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.UUID")
                .check(ALL);
    }
}
