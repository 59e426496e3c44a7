package io.tpmkeeper.api;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The API's types are values: what asks the API server lies in operator and agent. */
@AnalyzeClasses(packages = "io.tpmkeeper.api", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule NO_INPUT_OR_OUTPUT_BUT_OF_WHAT_IS_PACKED = noClasses()
            .that()
            .doNotHaveSimpleName("CrdManifests")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.io..", "java.nio.file..", "java.nio.channels..", "java.net..")
                    .and(not(simpleName("Serializable"))));

    @ArchTest
    static final ArchRule THE_PACKED_COMES_FROM_NO_FILE = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net.."))
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File.*|RandomAccessFile)");

    @ArchTest
    static final ArchRule OF_THE_CLIENT_THE_BASE_CLASS_OF_RESOURCES_ALONE = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.fabric8..")
                    .and(not(resideInAPackage("io.fabric8.kubernetes.model.annotation")))
                    .and(not(simpleName("CustomResource").or(simpleName("Namespaced")))));

    @ArchTest
    static final ArchRule OF_THE_PROJECT_THE_PROTOCOL_S_VALUES_ALONE = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.tpmkeeper..")
                    .and(not(resideInAnyPackage("io.tpmkeeper.api..", "io.tpmkeeper.protocol"))));
}
