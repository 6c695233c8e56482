package io.pepper.examples;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
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
import io.pepper.distributed.CapabilityTask;
import io.pepper.distributed.NodeCapability;
import io.pepper.distributed.NodeChannel;
import io.pepper.monitor.ClusterMonitor;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rooms of all modules: the arrows between them, who may look inside, and what may stand in a public signature. */
class RoomsTest {
    private static final String INTERNAL = ".internal";
    private static final String[] LIBRARY = {
        "io.pepper",
        "io.pepper.graph..",
        "io.pepper.cut..",
        "io.pepper.partition..",
        "io.pepper.cluster..",
        "io.pepper.workload..",
        "io.pepper.plan..",
        "io.pepper.document..",
        "io.pepper.internal..",
        "io.pepper.model..",
        "io.pepper.onnx..",
        "io.pepper.export..",
        "io.pepper.report..",
        "io.pepper.session..",
        "io.pepper.generation..",
        "io.pepper.serving..",
        "io.pepper.measure..",
        "io.pepper.predict..",
        "io.pepper.monitor..",
        "io.pepper.distributed.."
    };

    /** By internal room, the rooms beside its owner that may use it. */
    private static final Map<String, Set<String>> FRIENDS = Map.of(
            "io.pepper.onnx.internal",
                    Set.of(
                            "io.pepper.export",
                            "io.pepper.session",
                            "io.pepper.serving",
                            "io.pepper.generation",
                            "io.pepper.measure",
                            "io.pepper.distributed",
                            "io.pepper.examples.text"),
            "io.pepper.export.internal", Set.of("io.pepper.session"),
            "io.pepper.session.internal",
                    Set.of(
                            "io.pepper.generation",
                            "io.pepper.measure",
                            "io.pepper.predict",
                            "io.pepper.serving",
                            "io.pepper.distributed"),
            "io.pepper.measure.internal", Set.of("io.pepper.predict", "io.pepper.examples.cli"),
            "io.pepper.report.internal", Set.of("io.pepper.predict", "io.pepper.examples.dashboard"),
            "io.pepper.monitor.internal",
                    Set.of("io.pepper.predict", "io.pepper.examples.http", "io.pepper.examples.dashboard"),
            "io.pepper.internal",
                    Set.of(
                            "io.pepper.cluster",
                            "io.pepper.plan",
                            "io.pepper.model",
                            "io.pepper.onnx",
                            "io.pepper.export",
                            "io.pepper.report",
                            "io.pepper.session",
                            "io.pepper.generation",
                            "io.pepper.measure",
                            "io.pepper.predict",
                            "io.pepper.monitor",
                            "io.pepper.distributed",
                            "io.pepper.serving",
                            "io.pepper.examples.cli",
                            "io.pepper.examples.dashboard",
                            "io.pepper.examples.http",
                            "io.pepper.examples.text"));

    /** By foreign package, the rooms in whose public signatures it may stand. */
    private static final Map<String, Set<String>> FOREIGN = Map.of(
            "org.jgrapht.", Set.of("io.pepper.graph", "io.pepper.cut"),
            "ai.onnxruntime.",
                    Set.of("io.pepper.session", "io.pepper.measure", "io.pepper.distributed", "io.pepper.generation"),
            "io.prometheus.metrics.model.registry.", Set.of("io.pepper.monitor"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.pepper");

    @Test
    void noPackagesNeedEachOtherInACircle() {
        slices().matching("io.pepper.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({
        "graph, ''",
        "cut, graph",
        "partition, cut graph",
        "document, ''",
        "internal, document",
        "cluster, document internal",
        "workload, cluster",
        "plan, cluster workload document internal",
        "model, graph document",
        "report, model onnx plan partition cut graph cluster workload document internal",
        "monitor, cluster workload document internal model distributed"
    })
    void aRoomNeedsOnlyThese(String room, String others) {
        String[] allowed = Stream.concat(
                        Stream.of(room), Stream.of(others.split(" ")).filter(other -> !other.isEmpty()))
                .map(name -> "io.pepper." + name + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.pepper." + room + "..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.pepper..").and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    @Test
    void internalClassesAreUsedByTheirOwnersAndFriendsOnly() {
        classes()
                .that()
                .resideInAPackage("io.pepper..")
                .should(keepOutOfOtherRoomsInternals())
                .check(CLASSES);
    }

    private static ArchCondition<JavaClass> keepOutOfOtherRoomsInternals() {
        return new ArchCondition<>("keep out of other rooms' internals") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                    String used = dependency.getTargetClass().getPackageName();
                    int internal = used.indexOf(INTERNAL);
                    if (used.startsWith("io.pepper.") && internal >= 0) {
                        String room = ownerOf(user.getPackageName());
                        String owned = used.substring(0, internal + INTERNAL.length());
                        boolean friend = FRIENDS.getOrDefault(owned, Set.of()).contains(room);
                        if (!room.equals(used.substring(0, internal)) && !friend) {
                            events.add(SimpleConditionEvent.violated(user, dependency.getDescription()));
                        }
                    }
                }
            }
        };
    }

    private static String ownerOf(String packageName) {
        int internal = packageName.indexOf(INTERNAL);
        return internal < 0 ? packageName : packageName.substring(0, internal);
    }

    @Test
    void publicSignaturesNameTheJdkThisLibraryAndFewOthers() {
        classes()
                .that(DescribedPredicate.describe("can be seen by users", RoomsTest::isVisible))
                .should(haveOnlyFamiliarTypesInSignatures())
                .check(CLASSES);
    }

    @Test
    void noTwoPublicTypesHaveTheSameName() {
        Map<String, Set<String>> byName = new TreeMap<>();
        CLASSES.stream()
                .filter(RoomsTest::isVisible)
                .filter(type -> type.getEnclosingClass().isEmpty()
                        && !type.getSimpleName().equals("package-info"))
                .forEach(type -> byName.computeIfAbsent(type.getSimpleName(), none -> new TreeSet<>())
                        .add(type.getName()));
        assertThat(byName.values()).allSatisfy(types -> assertThat(types).hasSize(1));
    }

    @Test
    void protobufStaysInside() {
        noClasses()
                .that(DescribedPredicate.not(resideInAnyPackage(
                        "io.pepper.onnx..",
                        "io.pepper.export..",
                        "io.pepper.measure..",
                        "io.pepper.distributed.internal..",
                        "io.pepper.session.internal..",
                        "io.pepper.serving.internal..")))
                .should()
                .dependOnClassesThat(resideInAPackage("com.google.protobuf.."))
                .check(CLASSES);
    }

    @Test
    void onnxRuntimeIsAskedByFewRooms() {
        noClasses()
                .that()
                .resideInAnyPackage(LIBRARY)
                .and(DescribedPredicate.not(resideInAnyPackage(
                        "io.pepper.onnx.internal.shape..",
                        "io.pepper.onnx.internal.session..",
                        "io.pepper.export..",
                        "io.pepper.session..",
                        "io.pepper.generation..",
                        "io.pepper.serving..",
                        "io.pepper.measure..",
                        "io.pepper.distributed..")))
                .should()
                .dependOnClassesThat(resideInAPackage("ai.onnxruntime.."))
                .check(CLASSES);
    }

    @Test
    void grpcStaysInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.pepper.serving.internal.grpc..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.grpc.."))
                .check(CLASSES);
    }

    @Test
    void xgboostsNativeCodeOnlyTrains() {
        noClasses()
                .that(DescribedPredicate.describe(
                        "are not Boosting", type -> !type.getName().startsWith("io.pepper.predict.Boosting")))
                .should()
                .dependOnClassesThat(resideInAPackage("ml.dmlc.."))
                .check(CLASSES);
    }

    @Test
    void pekkoStaysInTheRoomOfClusters() {
        noClasses()
                .that(DescribedPredicate.not(resideInAPackage("io.pepper.distributed..")))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.apache.pekko..", "com.typesafe..", "scala..", "ssl.config.."))
                .check(CLASSES);
    }

    /** An application without Pekko uses the other rooms. What they offer to nodes, they offer by an interface without Pekko. */
    @Test
    void theLibraryDoesNotNeedTheRoomOfClusters() {
        noClasses()
                .that(resideInAnyPackage(LIBRARY)
                        .and(DescribedPredicate.not(resideInAPackage("io.pepper.distributed..")))
                        .and(DescribedPredicate.not(belongToAnyOf(ClusterMonitor.class))))
                .should()
                .dependOnClassesThat(resideInAPackage("io.pepper.distributed..")
                        .and(DescribedPredicate.not(
                                belongToAnyOf(NodeCapability.class, CapabilityTask.class, NodeChannel.class))))
                .check(CLASSES);
        classes()
                .that(belongToAnyOf(NodeCapability.class, CapabilityTask.class, NodeChannel.class))
                .should()
                .onlyDependOnClassesThat(resideInAPackage("java..")
                        .or(belongToAnyOf(NodeCapability.class, CapabilityTask.class, NodeChannel.class)))
                .check(CLASSES);
    }

    @Test
    void nothingNeedsAScreen() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.awt..", "javax.swing..", "javax.imageio.."))
                .check(CLASSES);
    }

    /** A mapped file that somebody shortens takes the process down; one that is read by position gives an exception. */
    @Test
    void noFileIsMapped() {
        noClasses()
                .should()
                .callMethodWhere(target(name("map")).and(target(owner(assignableTo(FileChannel.class)))))
                .check(CLASSES);
    }

    private static boolean isVisible(JavaClass type) {
        return resideInAnyPackage(LIBRARY).test(type)
                && !type.getPackageName().contains(INTERNAL)
                && isVisibleMember(type)
                && type.getEnclosingClass().map(RoomsTest::isVisible).orElse(true);
    }

    private static boolean isVisibleMember(HasModifiers member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static ArchCondition<JavaClass> haveOnlyFamiliarTypesInSignatures() {
        return new ArchCondition<>("have only familiar types in signatures") {
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
        List<String> free = List.of("java.", "javax.net.ssl.", "org.jspecify.", "io.pepper.");
        boolean internal = used.getPackageName().contains(INTERNAL)
                && used.getPackageName().startsWith("io.pepper.");
        return used.isPrimitive()
                || (free.stream().anyMatch(used.getName()::startsWith) && !internal)
                || FOREIGN.entrySet().stream()
                        .anyMatch(foreign -> used.getName().startsWith(foreign.getKey())
                                && foreign.getValue().contains(room));
    }
}
