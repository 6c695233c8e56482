package io.pepper;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms, and what may stand in a public signature. */
class RoomsTest {
    private static final String INTERNAL = "..internal..";
    private static final List<String> FREE = List.of("java.", "org.jspecify.", "io.pepper.");
    private static final Set<String> ROOMS_WITH_JGRAPHT = Set.of("io.pepper.graph", "io.pepper.cut");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.pepper");

    @Test
    void theRoomsAreThere() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName))
                .contains("io.pepper.graph", "io.pepper.cut", "io.pepper.cut.internal", "io.pepper.partition");
    }

    @Test
    void graphNeedsNoOtherRoom() {
        assertKnowsOnly("graph");
    }

    @Test
    void cutNeedsGraphOnly() {
        assertKnowsOnly("cut", "graph");
    }

    @Test
    void partitionNeedsCutAndGraphOnly() {
        assertKnowsOnly("partition", "cut", "graph");
    }

    @Test
    void documentNeedsNoOtherRoom() {
        assertKnowsOnly("document");
    }

    @Test
    void clusterNeedsDocumentOnly() {
        assertKnowsOnly("cluster", "document");
    }

    @Test
    void costNeedsClusterOnly() {
        assertKnowsOnly("cost", "cluster");
    }

    @Test
    void planNeedsClusterCostAndDocumentOnly() {
        assertKnowsOnly("plan", "cluster", "cost", "document");
    }

    @Test
    void roomsDoNotNeedEachOtherInACycle() {
        slices().matching("io.pepper.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void internalClassesAreUsedByTheirOwnRoomOnly() {
        classes()
                .that()
                .resideInAPackage("io.pepper..")
                .should(keepOutOfOtherRoomsInternals())
                .check(CLASSES);
    }

    @Test
    void publicSignaturesHaveNoForeignTypes() {
        classes()
                .that(DescribedPredicate.describe("can be seen by users", RoomsTest::isVisible))
                .should(haveOnlyFamiliarTypesInSignatures())
                .check(CLASSES);
    }

    private static void assertKnowsOnly(String room, String... others) {
        String[] allowed = Stream.concat(Stream.of(room), Stream.of(others))
                .map(name -> "io.pepper." + name + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.pepper." + room + "..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.pepper..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    /** The first name after {@code io.pepper}. */
    private static String room(JavaClass type) {
        String[] names = type.getPackageName().split("\\.", -1);
        return names.length > 2 ? names[2] : "";
    }

    private static ArchCondition<JavaClass> keepOutOfOtherRoomsInternals() {
        return new ArchCondition<>("keep out of other rooms' internals") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    JavaClass used = dependency.getTargetClass();
                    boolean internal = used.getPackageName().startsWith("io.pepper.")
                            && resideInAPackage(INTERNAL).test(used);
                    if (internal && !room(used).equals(room(user))) {
                        events.add(SimpleConditionEvent.violated(user, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean isVisible(JavaClass type) {
        return !resideInAPackage(INTERNAL).test(type)
                && isVisibleMember(type)
                && type.getEnclosingClass().map(RoomsTest::isVisible).orElse(true);
    }

    private static boolean isVisibleMember(HasModifiers member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static ArchCondition<JavaClass> haveOnlyFamiliarTypesInSignatures() {
        return new ArchCondition<>(
                "have only types of Java, of this library and, in some rooms, JGraphT in signatures") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                Stream<JavaType> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
                report(type, type.getName(), parents, events);
                for (JavaMember member : type.getMembers()) {
                    if (isVisibleMember(member)) {
                        report(type, member.getFullName(), typesOf(member), events);
                    }
                }
            }
        };
    }

    private static Stream<JavaType> typesOf(JavaMember member) {
        if (member instanceof JavaCodeUnit unit) {
            Stream<JavaType> thrown = unit.getExceptionTypes().stream().map(type -> type);
            return Stream.of(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream(), thrown)
                    .flatMap(types -> types);
        }
        return Stream.of(((JavaField) member).getType());
    }

    private static void report(JavaClass type, String place, Stream<JavaType> types, ConditionEvents events) {
        Set<String> foreign = new TreeSet<>();
        types.flatMap(used -> used.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType)
                .filter(used -> !isFamiliar(used, type.getPackageName()))
                .forEach(used -> foreign.add(used.getName()));
        if (!foreign.isEmpty()) {
            events.add(SimpleConditionEvent.violated(type, place + " shows " + foreign));
        }
    }

    private static boolean isFamiliar(JavaClass used, String room) {
        boolean internal = resideInAPackage(INTERNAL).test(used);
        return used.isPrimitive()
                || (FREE.stream().anyMatch(used.getName()::startsWith) && !internal)
                || (used.getName().startsWith("org.jgrapht.") && ROOMS_WITH_JGRAPHT.contains(room));
    }
}
