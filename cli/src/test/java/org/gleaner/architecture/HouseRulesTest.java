package org.gleaner.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullMarked;

/// What things may be called, and what may not be used in which room.
@AnalyzeClasses(packages = "org.gleaner", importOptions = ImportOption.DoNotIncludeTests.class)
final class HouseRulesTest {
    @ArchTest
    static final ArchRule EVERY_PACKAGE_SAYS_WHAT_IT_IS_FOR =
            classes().should(resideInANullMarkedPackage());

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS =
            classes()
                    .should()
                    .haveNameNotMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)(\\$.*)?")
                    .because("such a name fits anything; the field has a better one");

    @ArchTest
    static void noNameMeansTwoThings(JavaClasses all) {
        Map<String, List<String>> byName =
                all.stream()
                        .filter(type -> !type.isNestedClass() && !type.isAnonymousClass())
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .collect(
                                Collectors.groupingBy(
                                        JavaClass::getSimpleName,
                                        TreeMap::new,
                                        Collectors.mapping(
                                                JavaClass::getPackageName, Collectors.toList())));
        byName.values().removeIf(rooms -> rooms.size() == 1);
        assertThat(byName).as("names that occur in several rooms").isEmpty();
    }

    @ArchTest
    static final ArchRule MM_KNOWS_NO_HYPERVISOR =
            classes()
                    .that()
                    .resideInAPackage("org.gleaner.mm..")
                    .should(
                            haveNo(
                                    "name, member, local or text with 'kvm' in it",
                                    HouseRulesTest::kvmWords))
                    .because("to mm, KVM is one secondary MMU among others");

    @ArchTest
    static final ArchRule KERNEL_CODE_USES_NO_JAVA_LOCK =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "org.gleaner.mm..", "org.gleaner.kvm..", "org.gleaner.pagetable..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("java.util.concurrent.locks..")
                    .because("an engine cannot see it, charge it or explore it; use machine's");

    @ArchTest
    static final ArchRule KERNEL_CODE_USES_NO_MONITOR =
            classes()
                    .that()
                    .resideInAnyPackage(
                            "org.gleaner.mm..", "org.gleaner.kvm..", "org.gleaner.pagetable..")
                    .should(haveNo("synchronized method or block", HouseRulesTest::monitors))
                    .because("an engine cannot see it, charge it or explore it; use machine's");

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package with a @NullMarked package-info.java") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                boolean marked =
                        item.getPackage()
                                .tryGetPackageInfo()
                                .map(info -> info.isAnnotatedWith(NullMarked.class))
                                .orElse(false);
                String message =
                        "%s: package %s has %s @NullMarked package-info.java"
                                .formatted(
                                        item.getName(), item.getPackageName(), marked ? "a" : "no");
                events.add(new SimpleConditionEvent(item, marked, message));
            }
        };
    }

    private static ArchCondition<JavaClass> haveNo(
            String what, Function<ClassModel, ? extends Collection<String>> finder) {
        return new ArchCondition<>("have no " + what) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (String found : finder.apply(ClassFiles.model(item))) {
                    String message = "%s: %s".formatted(item.getName(), found);
                    events.add(SimpleConditionEvent.violated(item, message));
                }
            }
        };
    }

    /// Everything with a name or a text is in the constant pool, local variables too.
    private static List<String> kvmWords(ClassModel type) {
        return StreamSupport.stream(type.constantPool().spliterator(), false)
                .filter(Utf8Entry.class::isInstance)
                .map(entry -> ((Utf8Entry) entry).stringValue())
                .filter(text -> text.toLowerCase(Locale.ROOT).contains("kvm"))
                .toList();
    }

    private static List<String> monitors(ClassModel type) {
        return type.methods().stream()
                .filter(method ->
                        (method.flags().flagsMask() & ClassFile.ACC_SYNCHRONIZED) != 0
                                || method.elementStream()
                                        .flatMap(HouseRulesTest::instructions)
                                        .anyMatch(i -> i.opcode() == Opcode.MONITORENTER))
                .map(method -> "synchronized in " + method.methodName().stringValue())
                .toList();
    }

    private static Stream<Instruction> instructions(Object element) {
        return element instanceof CodeModel code
                ? code.elementStream()
                        .filter(Instruction.class::isInstance)
                        .map(Instruction.class::cast)
                : Stream.empty();
    }
}
