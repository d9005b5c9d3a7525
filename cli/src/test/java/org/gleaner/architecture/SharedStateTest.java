package org.gleaner.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gleaner.machine.LockClass;

/// Whatever kernel-like code changes is a word, an entry of a slab, a volatile that a step
/// declares, or plain data that says by an annotation who may change it. A plain counter that
/// nobody thought about loses counts on real threads, and no other test would tell.
///
/// Of arrays the code does not say which one a store goes to; so a class that stores plainly into
/// one of `long` outside its constructor must have declared one of `long`, and so on.
@AnalyzeClasses(
        packages = {"org.gleaner.mm", "org.gleaner.kvm", "org.gleaner.pagetable"},
        importOptions = ImportOption.DoNotIncludeTests.class)
final class SharedStateTest {
    private static final Set<String> DECLARED =
            Set.of(
                    "Lorg/gleaner/machine/Guarded;",
                    "Lorg/gleaner/machine/OneCpu;",
                    "Lorg/gleaner/machine/Racy;",
                    "Lorg/gleaner/machine/SetUp;");

    private static final int NOT_PLAIN = ClassFile.ACC_STATIC | ClassFile.ACC_VOLATILE;

    @ArchTest
    static void everyPlainFieldThatChangesSaysWhoMayChangeIt(JavaClasses core) {
        Map<String, ClassModel> models = models(core);
        Set<String> undeclared = new TreeSet<>();
        for (ClassModel type : models.values()) {
            for (MethodModel method : type.methods()) {
                if (!method.methodName().stringValue().startsWith("<")) {
                    undeclared.addAll(undeclaredStores(models, type, method));
                }
            }
        }
        assertThat(undeclared)
                .as("make each a word, or declare it: @Guarded, @OneCpu, @Racy or @SetUp")
                .isEmpty();
    }

    @ArchTest
    static void everyGuardIsALock(JavaClasses core) {
        Set<String> locks =
                Arrays.stream(LockClass.values())
                        .map(lock -> lock.lockName)
                        .collect(Collectors.toSet());
        locks.add("oom_lock"); // only ever tried, so no class of the order
        assertThat(models(core).values().stream().flatMap(SharedStateTest::guards).toList())
                .isNotEmpty()
                .allSatisfy(guard -> assertThat(locks).contains(guard));
    }

    private static Map<String, ClassModel> models(JavaClasses core) {
        return core.stream()
                .map(ClassFiles::model)
                .collect(Collectors.toMap(type -> type.thisClass().asInternalName(), type -> type));
    }

    private static List<String> undeclaredStores(
            Map<String, ClassModel> models, ClassModel type, MethodModel method) {
        return method.code().stream()
                .flatMap(code -> code.elementStream())
                .flatMap(element ->
                        switch (element) {
                            case FieldInstruction store when store.opcode() == Opcode.PUTFIELD ->
                                    undeclaredField(models, store);
                            case ArrayStoreInstruction store ->
                                    undeclaredArrays(type, store.opcode());
                            default -> Stream.empty();
                        })
                .toList();
    }

    private static Stream<String> undeclaredField(
            Map<String, ClassModel> models, FieldInstruction store) {
        ClassModel owner = models.get(store.owner().asInternalName());
        if (owner == null || isDeclared(owner)) {
            return Stream.empty();
        }
        return owner.fields().stream()
                .filter(field -> field.fieldName().equalsString(store.name().stringValue()))
                .filter(field -> (field.flags().flagsMask() & ClassFile.ACC_VOLATILE) == 0)
                .filter(field -> !isDeclared(field))
                .map(field -> name(owner, field));
    }

    private static Stream<String> undeclaredArrays(ClassModel type, Opcode store) {
        List<FieldModel> arrays =
                type.fields().stream()
                        .filter(field -> (field.flags().flagsMask() & NOT_PLAIN) == 0)
                        .filter(field -> isArrayOf(field.fieldType().stringValue(), store))
                        .toList();
        return isDeclared(type) || arrays.stream().anyMatch(SharedStateTest::isDeclared)
                ? Stream.empty()
                : arrays.stream().map(field -> name(type, field));
    }

    private static boolean isArrayOf(String descriptor, Opcode store) {
        String element = descriptor.replaceFirst("^\\[+", "");
        return descriptor.startsWith("[")
                && switch (store) {
                    case LASTORE -> element.equals("J");
                    case IASTORE -> element.equals("I");
                    case BASTORE -> element.equals("B") || element.equals("Z");
                    case AASTORE -> element.startsWith("L") || descriptor.startsWith("[[");
                    default -> true;
                };
    }

    private static String name(ClassModel type, FieldModel field) {
        return type.thisClass().asInternalName() + "." + field.fieldName().stringValue();
    }

    private static boolean isDeclared(AttributedElement element) {
        return annotations(element)
                .anyMatch(annotation -> DECLARED.contains(annotation.className().stringValue()));
    }

    private static Stream<String> guards(ClassModel type) {
        return Stream.concat(Stream.of(type), type.fields().stream())
                .flatMap(SharedStateTest::annotations)
                .filter(annotation -> annotation.className().stringValue().endsWith("/Guarded;"))
                .flatMap(annotation -> annotation.elements().stream())
                .map(element -> ((AnnotationValue.OfString) element.value()).stringValue());
    }

    private static Stream<Annotation> annotations(AttributedElement element) {
        return element.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream());
    }
}
