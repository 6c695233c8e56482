package io.pepper.onnx;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.nio.channels.FileChannel;
import java.util.Set;

/** The rooms of this module and the arrows between them. */
@AnalyzeClasses(packages = "io.pepper", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final Set<String> FOREIGN = Set.of("com.google.protobuf", "ai.onnxruntime", "com.fasterxml");

    @ArchTest
    static final ArchRule ARROWS_GO_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("export")
            .definedBy("io.pepper.onnx.internal.export..")
            .layer("contents")
            .definedBy("io.pepper.onnx.internal")
            .layer("shape")
            .definedBy("io.pepper.onnx.internal.shape..")
            .layer("cost")
            .definedBy("io.pepper.onnx.internal.cost..")
            .layer("picture")
            .definedBy("io.pepper.onnx.internal.picture..")
            .layer("verify")
            .definedBy("io.pepper.onnx.internal.verify..")
            .layer("isolate")
            .definedBy("io.pepper.onnx.internal.isolate..")
            .layer("session")
            .definedBy("io.pepper.onnx.internal.session..")
            .layer("model")
            .definedBy("io.pepper.onnx.internal.model..")
            .layer("wire")
            .definedBy("io.pepper.onnx.internal.wire..")
            .whereLayer("export")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("contents")
            .mayOnlyBeAccessedByLayers("export")
            .whereLayer("picture")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("cost")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("shape")
            .mayOnlyBeAccessedByLayers("contents", "export", "cost")
            .whereLayer("verify")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("isolate")
            .mayOnlyBeAccessedByLayers("shape", "verify")
            .whereLayer("session")
            .mayOnlyBeAccessedByLayers("contents", "verify", "isolate", "shape")
            .whereLayer("model")
            .mayOnlyBeAccessedByLayers("contents", "shape", "cost", "verify", "export", "session")
            .whereLayer("wire")
            .mayOnlyBeAccessedByLayers("contents", "model", "export", "isolate");

    @ArchTest
    static final ArchRule PROTOBUF_STAYS_INSIDE = noClasses()
            .that(not(resideInAnyPackage("io.pepper.onnx.internal..", "io.pepper.runtime.internal..")))
            .should()
            .dependOnClassesThat(resideInAPackage("com.google.protobuf.."));

    @ArchTest
    static final ArchRule RUNTIME_STAYS_INSIDE = noClasses()
            .that(not(resideInAnyPackage(
                    "io.pepper.onnx.internal.shape..",
                    "io.pepper.onnx.internal.verify..",
                    "io.pepper.onnx.internal.session..",
                    "io.pepper.runtime..")))
            .should()
            .dependOnClassesThat(resideInAPackage("ai.onnxruntime.."));

    /** A mapped file that somebody shortens takes the process down; one that is read by position gives an exception. */
    @ArchTest
    static final ArchRule NOTHING_IS_MAPPED = noClasses()
            .should()
            .callMethodWhere(target(name("map")).and(target(owner(assignableTo(FileChannel.class)))));

    @ArchTest
    static final ArchRule CORE_KNOWS_NO_ONNX = noClasses()
            .that(resideInAnyPackage(
                    "io.pepper.graph..",
                    "io.pepper.cut..",
                    "io.pepper.partition..",
                    "io.pepper.cost..",
                    "io.pepper.cluster..",
                    "io.pepper.plan.."))
            .should()
            .dependOnClassesThat(resideInAPackage("io.pepper.onnx.."));

    @ArchTest
    static final ArchRule SIGNATURES_ARE_OUR_OWN = ArchRuleDefinition.methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.pepper.onnx")
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should(nameNoForeignTypes());

    private static ArchCondition<JavaMethod> nameNoForeignTypes() {
        return new ArchCondition<>("name no foreign or internal types") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean visible = method.getModifiers().contains(JavaModifier.PUBLIC)
                        || method.getModifiers().contains(JavaModifier.PROTECTED);
                for (JavaClass type : method.getAllInvolvedRawTypes()) {
                    boolean foreign = FOREIGN.stream()
                                    .anyMatch(prefix -> type.getPackageName().startsWith(prefix))
                            || type.getPackageName().contains(".internal");
                    if (visible && foreign) {
                        events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " names " + type.getName()));
                    }
                }
            }
        };
    }
}
