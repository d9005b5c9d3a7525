package org.gleaner.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Who may use whom. Nothing points up; see `docs/architecture.md`.
///
/// ```
/// fleet -> cli, lab     cli -> lab, check, web     lab, check -> core
/// web -> what is in a results directory
/// core: kvm -> mm -> pagetable -> machine -> the JDK
/// ```
@AnalyzeClasses(packages = "org.gleaner", importOptions = ImportOption.DoNotIncludeTests.class)
final class LayersTest {
    private static final String[] CORE = {
        "org.gleaner.machine..", "org.gleaner.pagetable..", "org.gleaner.mm..", "org.gleaner.kvm.."
    };

    @ArchTest
    static final ArchRule NOTHING_POINTS_UP =
            layeredArchitecture()
                    .consideringOnlyDependenciesInAnyPackage("org.gleaner..")
                    .optionalLayer("machine")
                    .definedBy("org.gleaner.machine..")
                    .optionalLayer("pagetable")
                    .definedBy("org.gleaner.pagetable..")
                    .optionalLayer("mm")
                    .definedBy("org.gleaner.mm..")
                    .optionalLayer("kvm")
                    .definedBy("org.gleaner.kvm..")
                    .optionalLayer("lab")
                    .definedBy("org.gleaner.lab..")
                    .optionalLayer("check")
                    .definedBy("org.gleaner.check..")
                    .optionalLayer("web")
                    .definedBy("org.gleaner.web..")
                    .optionalLayer("cli")
                    .definedBy("org.gleaner.cli..")
                    .optionalLayer("fleet")
                    .definedBy("org.gleaner.fleet..")
                    .whereLayer("machine")
                    .mayNotAccessAnyLayer()
                    .whereLayer("pagetable")
                    .mayOnlyAccessLayers("machine")
                    .whereLayer("mm")
                    .mayOnlyAccessLayers("pagetable", "machine")
                    .whereLayer("kvm")
                    .mayOnlyAccessLayers("mm", "pagetable", "machine")
                    .whereLayer("lab")
                    .mayOnlyAccessLayers("kvm", "mm", "pagetable", "machine")
                    .whereLayer("check")
                    .mayOnlyAccessLayers("kvm", "mm", "pagetable", "machine")
                    .whereLayer("web")
                    .mayNotAccessAnyLayer()
                    .whereLayer("cli")
                    .mayOnlyBeAccessedByLayers("fleet")
                    .whereLayer("fleet")
                    .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule NO_CIRCLE_OF_ROOMS =
            slices().matching("org.gleaner.(**)")
                    .should()
                    .beFreeOfCycles()
                    .because("rooms that need each other are one room, and then say so");

    @ArchTest
    static final ArchRule EVERY_CLASS_HAS_A_ROOM =
            classes()
                    .should()
                    .resideInAnyPackage(
                            "org.gleaner.machine..",
                            "org.gleaner.pagetable..",
                            "org.gleaner.mm..",
                            "org.gleaner.kvm..",
                            "org.gleaner.lab..",
                            "org.gleaner.check..",
                            "org.gleaner.web..",
                            "org.gleaner.cli..",
                            "org.gleaner.fleet..")
                    .because("a new room needs a place among the layers, here and in the docs");

    @ArchTest
    static final ArchRule A_SECOND_STAGE_KNOWS_NO_HOST =
            classes()
                    .that()
                    .resideInAPackage("org.gleaner.kvm.mmu..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "org.gleaner.kvm.mmu..",
                            "org.gleaner.pagetable..",
                            "org.gleaner.machine..",
                            "java..",
                            "org.jspecify.annotations")
                    .because("every architecture has to fit behind the contract");

    @ArchTest
    static final ArchRule AN_ARCHITECTURE_KNOWS_ONLY_THE_CONTRACT =
            classes()
                    .that()
                    .resideInAPackage("org.gleaner.kvm.x86..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "org.gleaner.kvm.x86..",
                            "org.gleaner.kvm.mmu..",
                            "org.gleaner.pagetable..",
                            "org.gleaner.machine..",
                            "java..",
                            "org.jspecify.annotations")
                    .because("slots, vCPUs and the host are the same for all");

    @ArchTest
    static final ArchRule ARM64_KNOWS_ONLY_THE_CONTRACT =
            classes()
                    .that()
                    .resideInAPackage("org.gleaner.kvm.arm64..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "org.gleaner.kvm.arm64..",
                            "org.gleaner.kvm.mmu..",
                            "org.gleaner.pagetable..",
                            "org.gleaner.machine..",
                            "java..",
                            "org.jspecify.annotations")
                    .because("slots, vCPUs, the host and other architectures are none of its");

    @ArchTest
    static final ArchRule WHO_OWNS_A_PAGE_CANNOT_NAME_ITS_FOLIO =
            classes()
                    .that()
                    .resideInAPackage("org.gleaner.kvm.pfn..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "org.gleaner.kvm.pfn..",
                            "org.gleaner.kvm.mmu..",
                            "org.gleaner.mm.gup..",
                            "org.gleaner.mm.notifier..",
                            "org.gleaner.pagetable..",
                            "org.gleaner.machine..",
                            "java..",
                            "org.jspecify.annotations")
                    .because("a page is known by what its lookup answered, and by nothing else");

    /// Patches 46, 78 and 83 of `docs/seed-003.md`.
    @ArchTest
    static final ArchRule NO_MARK_AND_NO_PUT_TAKES_A_NUMBER =
            noClasses()
                    .that()
                    .resideInAPackage("org.gleaner.kvm..")
                    .and()
                    .doNotHaveSimpleName("EntryMarks")
                    .and()
                    .doNotHaveSimpleName("PageGuess")
                    .should()
                    .accessClassesThat()
                    .haveSimpleName("PagesByNumber")
                    .because("only what kernels before 6.13 did goes from a number to a page");

    @ArchTest
    static final ArchRule COMMON_CODE_NAMES_NO_ARCHITECTURE =
            classes()
                    .that()
                    .resideInAnyPackage("org.gleaner.kvm", "org.gleaner.kvm.aging..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideOutsideOfPackages("org.gleaner.kvm.x86..", "org.gleaner.kvm.arm64..")
                    .because("an architecture is chosen in one place");

    @ArchTest
    static final ArchRule CORE_NEEDS_ONLY_THE_JDK =
            classes()
                    .that(resideInAnyPackage(CORE))
                    .should()
                    .onlyDependOnClassesThat(
                            resideInAnyPackage(CORE)
                                    .or(
                                            resideInAnyPackage(
                                                    "java..",
                                                    "jdk.internal.vm",
                                                    "jdk.jfr..",
                                                    "org.jspecify.annotations")))
                    .because("whoever embeds the core must get nothing else with it");

    @ArchTest
    static final ArchRule ONLY_SWEEPS_SEE_SPARK =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("org.gleaner.fleet.spark..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
                    .because("all other commands start without its 170 jars");

    @ArchTest
    static final ArchRule CONTINUATIONS_STAY_IN_THE_MACHINE =
            classes()
                    .that()
                    .resideOutsideOfPackage("org.gleaner.machine..")
                    .should()
                    .onlyDependOnClassesThat()
                    .resideOutsideOfPackages("jdk.internal..", "sun..")
                    .because("one room must be enough to change when the JDK does");
}
